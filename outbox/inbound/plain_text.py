"""The words of a mail for a person: decoded, whatever it says of itself, without markup, quotes kept short. Pure."""

import codecs
import re
from collections.abc import Iterator
from html import unescape

from core.formatting import printable

LONGEST = 8_000  # characters
LONGEST_HTML = 200_000
QUOTED_LINES = 4  # of what the mail answers, so that the reader sees what that was
MORE = "[...]"
# Character sets that mail programs use; others that Python knows are not for text, or take very long.
_CHARSETS = re.compile(
    r"utf-?(7|8|16|16-?[bl]e|32|32-?[bl]e)|us-ascii|ascii|(iso-?8859|windows|cp)-?\d+(-\d+)?|latin-?\d|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)|macintosh|mac-roman",
    re.IGNORECASE,
)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_STORED = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes none of these
_QUOTE_BEGINS = re.compile(
    r"-{2,} ?(original message|oorspronkelijk bericht|forwarded message|doorgestuurd bericht) ?-{2,}"
    r"|_{20,}"
    r"|(on|op) .{4,150} (wrote|schreef)( .{1,150})?:"
    r"|(from|van): .{1,300}",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"(?P<comment><!--)|<(?P<tag>script|style|head|title|template|object|svg)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(br|div|li|tr|hr|blockquote|table)\b[^<>]*>", re.IGNORECASE)
_END_OF_PARAGRAPH = re.compile(r"</(p|h[1-6]|ul|ol)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)


def decoded(content: bytes, charset: str) -> str:
    """The text in these bytes; what they say of their character set is tried, not believed."""
    return _NOT_STORED.sub("", _decoded(content, charset))


def _decoded(content: bytes, charset: str) -> str:
    for guess in _guesses(content, charset.strip()):
        try:
            return content.decode(guess)
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1")


def _guesses(content: bytes, charset: str) -> Iterator[str]:
    yield from (name for mark, name in _MARKS if content.startswith(mark))
    if content[1:2] == b"\0" != content[:1] and content[3:4] == b"\0":
        yield "utf-16-le"  # some Outlooks, without a mark
    if content[:1] == b"\0" != content[1:2] and content[2:3] == b"\0":
        yield "utf-16-be"
    if _CHARSETS.fullmatch(charset) and charset.lower() not in ("ascii", "us-ascii"):
        yield charset
    yield "utf-8"
    yield "cp1252"


def for_reader(text: str) -> tuple[str, bool]:
    """The text as it may stand in a letter, what it answers shortened; and whether it was too long."""
    lines = [line.rstrip() for line in printable(text).strip().split("\n")]
    short = re.sub(r"\n{3,}", "\n\n", "\n".join(_with_short_quotes(lines))).strip()
    if len(short) <= LONGEST:
        return short, False
    return short[:LONGEST].rstrip() + f"\n{MORE}", True


def _with_short_quotes(lines: list[str]) -> Iterator[str]:
    quoted = 0
    is_rest_quoted = False
    for number, line in enumerate(lines):
        is_rest_quoted = is_rest_quoted or (number > 0 and bool(_QUOTE_BEGINS.fullmatch(line.strip("*> ")[:500])))
        if is_rest_quoted or line.startswith(">"):
            quoted += bool(line.strip("> "))
            if quoted <= QUOTED_LINES:
                yield line
            elif quoted == QUOTED_LINES + 1 and line.strip("> "):
                yield MORE
        else:
            quoted = 0
            yield line


def words_of_html(html: str) -> str:
    """What a reader would see, as plain text.

    Every step goes through it once; Python's own parser of HTML needs minutes for some mails. What is left over of
    broken markup is shown as it is: whoever shows this text shows it as text.
    """
    words = re.sub(r"\s+", " ", "".join(_seen(html[:LONGEST_HTML])))
    words = _BREAK.sub("\n", _END_OF_PARAGRAPH.sub("\n\n", words))
    words = re.sub(r"[ \t\xa0]+", " ", unescape(_TAG.sub("", words)))
    return words.replace(" \n", "\n").replace("\n ", "\n").strip()


def _seen(html: str) -> Iterator[str]:
    """Without comments, scripts, styles and the head; one that does not end goes on to the end."""
    position = 0
    while begins := _UNSEEN.search(html, position):
        yield html[position : begins.start()]
        end = "-->" if begins["comment"] else rf"</{begins['tag']}[^<>]*>"
        ends = re.compile(end, re.IGNORECASE).search(html, begins.end())
        if not ends:
            return
        position = ends.end()
    yield html[position:]
