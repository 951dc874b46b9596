"""A mail as it comes in, kept small: its headers and its small parts; of a large one the beginning. Pure.

The mail is read line by line and is never in memory as a whole, however large it is and whatever is in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

MOST_READ = 64_000_000  # bytes; whoever sends more is not listened to any longer
MOST_KEPT = 2_000_000
MOST_OF_A_PART = 512_000  # a letter and a calendar object are smaller
MOST_OF_HEADERS = 128_000
MOST_OF_PART_HEADERS = 16_000
MOST_PARTS = 200
DEEPEST = 10
LONGEST_LINE = 64_000  # a longer one is taken in pieces
_BOUNDARY = re.compile(rb"""boundary\s*=\s*("(?P<quoted>[^"\r\n]{1,200})"|(?P<bare>[^\s;"]{1,200}))""", re.IGNORECASE)


class Lines(Protocol):
    """What a mail is read from: a file, a pipe, a mailbox elsewhere."""

    def readline(self, limit: int, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class Trimmed:
    content: bytes
    digest: str  # of all that was read
    size: int  # bytes read
    is_cut: bool


def trim(stream: Lines) -> Trimmed:
    """What we keep of a mail."""
    digest, trimmer, size = sha256(), _Trimmer(), 0
    for line, is_start in _lines(stream):
        size += len(line)
        digest.update(line)
        trimmer.take(line, is_start=is_start)
        if trimmer.is_full or size > MOST_READ:
            trimmer.is_cut = True
            break
    return Trimmed(content=b"".join(trimmer.kept), digest=digest.hexdigest(), size=size, is_cut=trimmer.is_cut)


def _lines(stream: Lines) -> Iterator[tuple[bytes, bool]]:
    """Lines, or pieces of one that is too long, and whether it is the start of a line."""
    is_start = True
    while line := stream.readline(LONGEST_LINE):
        yield line, is_start
        is_start = line.endswith(b"\n")


@dataclass
class _Trimmer:
    """Knows in which part the next line stands (RFC 2046, 5.1.1) and how much of that part there is already."""

    kept: list[bytes] = field(default_factory=list)
    is_cut: bool = False
    is_full: bool = False  # nothing that follows would be kept
    _kept_bytes: int = 0
    _boundaries: list[bytes] = field(default_factory=list)  # of the parts around this one, the innermost last
    _headers: list[bytes] | None = field(default_factory=list)  # None: in a body
    _left: int = MOST_OF_HEADERS  # bytes that may still be kept of these headers, or of this body
    _parts: int = 0

    def take(self, line: bytes, *, is_start: bool) -> None:
        if is_start and line.startswith(b"--") and self._is_delimiter(line.strip()):
            self._left = MOST_OF_A_PART if self._headers is None else MOST_OF_PART_HEADERS
            self._keep(line)
        elif self._headers is None:
            self._keep(line)
        elif is_start and not line.strip():
            self._left = MOST_OF_A_PART
            self._keep(line)
            self._end_headers(b"".join(self._headers))
        elif self._keep(line):
            self._headers.append(line)

    def _is_delimiter(self, line: bytes) -> bool:
        """Whether a part begins or ends here; then we are in what follows it."""
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
        if found and len(self._boundaries) < DEEPEST:
            self._boundaries.append(found["quoted"] or found["bare"])
        elif found:
            self._left = 0  # too deep: nothing of what is in it

    def _keep(self, line: bytes) -> bool:
        """False when there is no room for it; then no line after it is kept in this part either."""
        is_room = self._kept_bytes + len(line) <= MOST_KEPT and self._parts <= MOST_PARTS
        fits = is_room and len(line) <= self._left
        if fits:
            self.kept.append(line)
            self._left -= len(line)
            self._kept_bytes += len(line)
        else:
            self._left, self.is_cut = 0, True
            self.is_full = not is_room or self._headers is not None
        return fits
