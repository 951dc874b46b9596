"""Decoding of a CSV file: UTF-8, UTF-16 with a byte order mark, or Windows-1252, as Excel saves it by default."""

import codecs
import re

from django.utils.translation import gettext as _

from candidates.errors import FileUnreadable

UTF_8, UTF_16, WINDOWS_1252 = "utf-8", "utf-16", "cp1252"
_BINARY = {  # first bytes of the file
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
}
# What no text in Windows-1252 has after a letter: accented letters of another code page, such as Mac Roman.
_OTHER_CODE_PAGE = re.compile(
    "[A-Za-z][\u2018\u2022\u2021\u02c6\u2030\u2020\u201e\u201a\u02dc\u0192]|[a-z][\u0160\u017d\u0152\u0178]"
)


def decode(content: bytes) -> tuple[str, str]:
    """Text of the file without a byte order mark, and the name of its encoding. Raises FileUnreadable."""
    for start, kind in _BINARY.items():
        if content.startswith(start):
            raise FileUnreadable(_NOT_CSV[kind]())
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _text(content, UTF_16), UTF_16
    try:
        return _text(content, "utf-8-sig"), UTF_8
    except UnicodeDecodeError:
        return _windows_text(content), WINDOWS_1252


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == UTF_16:
            raise FileUnreadable(_NOT_CSV["damaged"]()) from None
        raise
    if "\x00" in text:
        raise FileUnreadable(_NOT_CSV["binary"]())
    return text.removeprefix("\ufeff")


def _windows_text(content: bytes) -> str:
    try:
        text = _text(content, WINDOWS_1252)
    except UnicodeDecodeError:  # five bytes have no meaning in it
        raise FileUnreadable(_NOT_CSV["damaged"]()) from None
    if _OTHER_CODE_PAGE.search(text):
        raise FileUnreadable(_NOT_CSV["damaged"]())
    return text


_NOT_CSV = {
    "xlsx": lambda: _("This is an Excel file. Open it and save it as “CSV UTF-8”."),
    "xls": lambda: _("This is an Excel file. Open it and save it as “CSV UTF-8”."),
    "pdf": lambda: _("This file is not a text file. Open it and save it as “CSV UTF-8”."),
    "binary": lambda: _("This file is not a text file. Open it and save it as “CSV UTF-8”."),
    "damaged": lambda: _("We cannot read the letters with accents in this file. Open it and save it as “CSV UTF-8”."),
}
