"""Memory that a mail of any size takes. Boundaries: RFC 2046, 5.1.1, rfc-editor.org/rfc/rfc2046."""

from io import BytesIO
from itertools import chain, cycle, repeat

import pytest

from outbox.inbound.size_limit import MAX_KEPT, MAX_PART, MAX_PART_HEADERS, MAX_READ, trim
from tests.outbox.inbound.samples import mail, parts

FIFTY_MB = 50_000_000
LINE = b"QUJD" * 19 + b"\r\n"  # base64, 76 characters


class GeneratedMail:
    """Mail that is generated while it is read."""

    def __init__(self, *pieces):
        self._lines = (line for piece in pieces for line in ([piece] if isinstance(piece, bytes) else piece))
        self._rest = b""

    def readline(self, most):
        line = self._rest or next(self._lines, b"")
        self._rest = line[most:]
        return line[:most]


def lines_of(raw):
    return raw.splitlines(keepends=True)


def test_trim_keeps_headers_and_small_parts_of_a_large_mail():
    small = parts(("Content-Type: application/pdf", "VUL"), ("Content-Type: text/calendar", "BEGIN:VCALENDAR"))
    before, after = small.split(b"VUL\r\n")
    arriving = GeneratedMail(lines_of(before), repeat(LINE, FIFTY_MB // len(LINE)), lines_of(after))

    trimmed = trim(arriving)

    assert (trimmed.is_cut, trimmed.size > FIFTY_MB - 100) == (True, True)
    assert trimmed.content.startswith(before)
    assert trimmed.content.endswith(after)
    assert len(trimmed.content) < MAX_PART + len(small)


@pytest.mark.parametrize("lines", [[b"x" * 1_000_000], [b"--grens\r\n"], [b"--grens\r\n", b"X: y\r\n"]])
def test_trim_stops_reading_an_endless_mail(lines):
    start = parts(("Content-Type: text/plain", "")).partition(b"--grens--")[0]

    trimmed = trim(GeneratedMail(lines_of(start), cycle(lines)))

    assert trimmed.is_cut
    assert trimmed.size <= MAX_READ + len(lines[0])
    assert len(trimmed.content) <= MAX_KEPT


def test_trim_keeps_a_mail_within_the_limits():
    raw = parts(("Content-Type: text/plain", "Hoi.\r\n--\r\nSevda"), ("Content-Type: text/html", "<p>Hoi."))

    trimmed = trim(BytesIO(raw))

    assert (trimmed.content, trimmed.size, trimmed.is_cut) == (raw, len(raw), False)


def test_trim_limits_the_headers_of_a_part():
    long = "X-Long: " + "x" * MAX_PART_HEADERS
    whole = mail("Hoi.", x_long="x" * MAX_PART_HEADERS)

    trimmed = [trim(BytesIO(raw)) for raw in (whole, parts(("X: y", "Hoi."), (long, "Hoi.")))]

    assert [one.is_cut for one in trimmed] == [False, True]
    assert trimmed[0].content == whole
    assert len(trimmed[1].content) < MAX_PART_HEADERS


def test_trim_drops_parts_that_are_nested_too_deep():
    heads = (f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(1000))
    raw = mail("".join(chain(heads, ["diep"])), content_type='multipart/mixed; boundary="b0"')

    trimmed = trim(BytesIO(raw))

    assert trimmed.is_cut
    assert trimmed.content.count(b"boundary=") == 11
    assert b"diep" not in trimmed.content
