"""Size limit for inbound mail: headers and small parts are kept, large parts are cut. Pure.

A mail is read line by line and never held in memory as a whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

MAX_READ = 64_000_000  # bytes; reading stops here
MAX_KEPT = 2_000_000
MAX_PART = 512_000  # texts and calendar objects are smaller
MAX_HEADERS = 128_000
MAX_FIELD = 20_000  # of one header, folded lines included
MAX_PART_HEADERS = 16_000
MAX_PARTS = 200
MAX_DEPTH = 10
MAX_LINE = 64_000  # a longer line is read in pieces
_BOUNDARY = re.compile(rb"""boundary\s*=\s*("(?P<quoted>[^"\r\n]{1,200})"|(?P<bare>[^\s;"]{1,200}))""", re.IGNORECASE)


class LineReader(Protocol):
    """Source of a mail: a file, a pipe, an IMAP server."""

    def readline(self, limit: int, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class TrimmedMail:
    """Trimmed content of a mail."""

    content: bytes
    digest: str  # SHA-256 of everything that was read
    size: int  # bytes read
    is_cut: bool


def trim(stream: LineReader) -> TrimmedMail:
    """Read a mail and keep what the limits allow."""
    digest, trimmer, size = sha256(), _Trimmer(), 0
    for line, is_start in _lines(stream):
        size += len(line)
        digest.update(line)
        trimmer.feed(line, is_start=is_start)
        if trimmer.is_full or size > MAX_READ:
            trimmer.is_cut = True
            break
    return TrimmedMail(content=b"".join(trimmer.kept), digest=digest.hexdigest(), size=size, is_cut=trimmer.is_cut)


def _lines(stream: LineReader) -> Iterator[tuple[bytes, bool]]:
    """Lines, or pieces of a long line, each with whether a line starts there."""
    is_start = True
    while line := stream.readline(MAX_LINE):
        yield line, is_start
        is_start = line.endswith(b"\n")


@dataclass
class _Trimmer:
    """State while reading: the current part (RFC 2046, 5.1.1) and how much of it may still be kept."""

    kept: list[bytes] = field(default_factory=list)
    is_cut: bool = False
    is_full: bool = False  # nothing more would be kept
    _kept_bytes: int = 0
    _boundaries: list[bytes] = field(default_factory=list)  # of the enclosing parts, innermost last
    _headers: list[bytes] | None = field(default_factory=list)  # None: in a body
    _left: int = MAX_HEADERS  # bytes that may still be kept of these headers, or of this body
    _parts: int = 0
    _field: int = 0  # bytes of the current header

    def feed(self, line: bytes, *, is_start: bool) -> None:
        if is_start and line.startswith(b"--") and self._is_delimiter(line.strip()):
            self._left = MAX_PART if self._headers is None else MAX_PART_HEADERS
            self._keep(line)
        elif self._headers is None:
            self._keep(line)
        elif is_start and not line.strip():
            self._left = MAX_PART
            self._keep(line)
            self._end_headers(b"".join(self._headers))
        elif (line := self._cut_field(line, is_start=is_start)) and self._keep(line):
            self._headers.append(line)

    def _cut_field(self, line: bytes, *, is_start: bool) -> bytes:
        """Cut the end of a header that is longer than any that is read."""
        is_continued = not is_start or line[:1] in (b" ", b"\t")
        before = self._field if is_continued else 0
        self._field = before + len(line)
        if self._field <= MAX_FIELD:
            return line
        self.is_cut = True
        return line[: MAX_FIELD - before] + b"\r\n" if before < MAX_FIELD else b""

    def _is_delimiter(self, line: bytes) -> bool:
        """True at a boundary; moves to the part that follows it."""
        for depth in range(len(self._boundaries), 0, -1):
            delimiter = b"--" + self._boundaries[depth - 1]
            if line == delimiter:
                del self._boundaries[depth:]
                self._parts += 1
                self._headers = []
                return True
            if line == delimiter + b"--":
                del self._boundaries[depth - 1 :]
                self._headers = None
                return True
        return False

    def _end_headers(self, headers: bytes) -> None:
        self._headers = None
        found = _BOUNDARY.search(headers)
        if found and len(self._boundaries) < MAX_DEPTH:
            self._boundaries.append(found["quoted"] or found["bare"])
        elif found:
            self._left = 0  # nested too deep: its content is dropped

    def _keep(self, line: bytes) -> bool:
        """Keep a line; False when it exceeds a limit, after which no line of this part is kept."""
        is_room = self._kept_bytes + len(line) <= MAX_KEPT and self._parts <= MAX_PARTS
        fits = is_room and len(line) <= self._left
        if fits:
            self.kept.append(line)
            self._left -= len(line)
            self._kept_bytes += len(line)
        else:
            self._left, self.is_cut = 0, True
            self.is_full = not is_room or self._headers is not None
        return fits
