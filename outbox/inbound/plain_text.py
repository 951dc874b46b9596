"""Readable text of inbound mail: decoded, without markup, quotes shortened. Pure.

Own code for HTML, as the input is hostile: html2text needs minutes for 200 kB of "<a " (Python's HTMLParser), fails on
"<![" and adds Markdown escapes; inscriptis takes gigabytes for a large padding-left and drops deeply nested text.
"""

import codecs
import re
from collections.abc import Iterator
from html import unescape

from core.formatting import printable

MAX_TEXT = 20_000  # characters
MAX_HTML = 200_000
MAX_QUOTED_LINES = 4  # of the quoted mail, so that the reader sees what it answers
ELLIPSIS = "[...]"
# Character sets that mail programs use; other codecs of Python are not for text, or very slow.
_CHARSETS = re.compile(
    r"utf-?(7|8|16|16-?[bl]e|32|32-?[bl]e)|us-ascii|ascii|(iso-?8859|windows|cp)-?\d+(-\d+)?|latin-?\d|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)|iso-2022-(jp|kr)|macintosh|mac-roman",
    re.IGNORECASE,
)
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_STORED = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL rejects these
_HIDDEN = re.compile(r"(?P<comment><!--)|<(?P<tag>script|style|head|title|template|object|svg)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(br|div|li|tr|hr|blockquote|table)\b[^<>]*>", re.IGNORECASE)
_END_OF_PARAGRAPH = re.compile(r"</(p|h[1-6]|ul|ol)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!?][^<>]*>", re.IGNORECASE)


def decode_text(content: bytes, charset: str) -> str:
    """Decode bytes; the declared character set is tried, not trusted."""
    return _NOT_STORED.sub("", _decode(content, charset))


def _decode(content: bytes, charset: str) -> str:
    for guess in _guesses(content, charset.strip()):
        try:
            return content.decode(guess)
        except (LookupError, UnicodeError):
            continue
    return content.decode("latin-1")


def _guesses(content: bytes, charset: str) -> Iterator[str]:
    yield from (name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark))
    if content[1:2] == b"\0" != content[:1] and content[3:4] == b"\0":
        yield "utf-16-le"  # some versions of Outlook, without a byte order mark
    if content[:1] == b"\0" != content[1:2] and content[2:3] == b"\0":
        yield "utf-16-be"
    if _CHARSETS.fullmatch(charset) and charset.lower() not in ("ascii", "us-ascii"):
        yield charset
    yield "utf-8"
    yield "cp1252"


def readable(text: str) -> str:
    """Text without control characters and trailing spaces, and with one empty line at most between others."""
    lines = [line.rstrip() for line in printable(text).strip().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def shorten(text: str) -> tuple[str, bool]:
    """Shorten quotes of a readable text and the whole to MAX_TEXT; returns it and whether the whole was too long."""
    short = re.sub(r"\n{3,}", "\n\n", "\n".join(_shorten_quotes(text.split("\n")))).strip()
    if len(short) <= MAX_TEXT:
        return short, False
    return short[:MAX_TEXT].rstrip() + f"\n{ELLIPSIS}", True


def _shorten_quotes(lines: list[str]) -> Iterator[str]:
    """Shorten runs of lines that are marked as quoted (RFC 3676, 4.5), and nothing else.

    What stands below "Op … schreef:", a row of underscores or "Van:" without marks may be the person's answer: under or
    between the quoted lines, or a sentence that begins like a header.
    """
    quoted = 0
    for line in lines:
        is_quoted = line.startswith(">")
        quoted = quoted + bool(line.strip("> ")) if is_quoted else 0
        if not is_quoted or quoted <= MAX_QUOTED_LINES:
            yield line
        elif quoted == MAX_QUOTED_LINES + 1 and line.strip("> "):
            yield ELLIPSIS


def html_to_text(html: str) -> str:
    """Visible text of an HTML document, in linear time. Broken markup stays: the text is always escaped when shown."""
    text = re.sub(r"\s+", " ", "".join(_visible_pieces(html[:MAX_HTML])))
    text = _BREAK.sub("\n", _END_OF_PARAGRAPH.sub("\n\n", text))
    text = re.sub(r"[ \t\xa0]+", " ", unescape(_TAG.sub("", text)))
    return text.replace(" \n", "\n").replace("\n ", "\n").strip()


def _visible_pieces(html: str) -> Iterator[str]:
    """Skip comments, scripts, styles and the head; one that is not closed hides the rest."""
    position = 0
    while begins := _HIDDEN.search(html, position):
        yield html[position : begins.start()]
        end = "-->" if begins["comment"] else rf"</{begins['tag']}[^<>]*>"
        ends = re.compile(end, re.IGNORECASE).search(html, begins.end())
        if not ends:
            return
        position = ends.end()
    yield html[position:]
