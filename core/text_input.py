"""Normalisation of text that comes from outside, before it is validated: what is stored is what was checked. Pure.

Text copied from a mail program, a PDF or a spreadsheet brings characters that nobody sees: zero-width spaces, marks of
the writing direction, soft hyphens, no-break spaces. A validator that ignores them accepts an address to which no mail
can go.
"""

import re
import unicodedata

# Category "format" without what is visible (U+0600 and other signs that stand before a number) and without the joiners
# U+200C and U+200D, which Persian, Indic scripts and emoji need. U+034F is invisible although it is a mark.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
# Category "space separator", and letters that are drawn as nothing: Hangul fillers and the empty Braille pattern.
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u1160\u2800\u3164\uffa0]")
_JOINERS = "\u200c\u200d"
_NEEDLESS_JOINER = re.compile(f"(?:^|(?<=[\\s\x00-\u058f]))[{_JOINERS}]+|[{_JOINERS}]+(?=\\s|$)")
_NOT_IN_A_CODE = re.compile(f"[{_JOINERS}\ufe00-\ufe0f]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


def normalise(text: str) -> str:
    """Text in Unicode's form C, with plain spaces and without invisible characters; line breaks and tabs stay."""
    if text.isascii():
        return text
    text = _SPACE.sub(" ", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _NEEDLESS_JOINER.sub("", text))


def normalise_code(text: str) -> str:
    """An address or a number: `normalise`, also without joiners and variation selectors, and with plain dashes."""
    return _DASHES.sub("-", _NOT_IN_A_CODE.sub("", normalise(text))).strip()
