"""What a mail of any size leaves in memory. Boundaries: RFC 2046, 5.1.1, rfc-editor.org/rfc/rfc2046."""

from io import BytesIO
from itertools import chain, cycle, repeat

import pytest

from outbox.inbound.size_limit import MOST_KEPT, MOST_OF_A_PART, MOST_OF_PART_HEADERS, MOST_READ, trim
from tests.outbox.inbound.samples import mail, parts

FIFTY_MB = 50_000_000
LINE = b"QUJD" * 19 + b"\r\n"  # base64, 76 characters


class Arriving:
    """A mail that is made while it is read, and keeps nothing of itself."""

    def __init__(self, *pieces):
        self._lines = (line for piece in pieces for line in ([piece] if isinstance(piece, bytes) else piece))
        self._rest = b""

    def readline(self, most):
        line = self._rest or next(self._lines, b"")
        self._rest = line[most:]
        return line[:most]


def lines_of(raw):
    return raw.splitlines(keepends=True)


def test_of_a_mail_of_fifty_megabytes_the_headers_and_the_small_parts_are_kept():
    small = parts(("Content-Type: application/pdf", "VUL"), ("Content-Type: text/calendar", "BEGIN:VCALENDAR"))
    before, after = small.split(b"VUL\r\n")
    arriving = Arriving(lines_of(before), repeat(LINE, FIFTY_MB // len(LINE)), lines_of(after))

    trimmed = trim(arriving)

    assert (trimmed.is_cut, trimmed.size > FIFTY_MB - 100) == (True, True)
    assert trimmed.content.startswith(before)
    assert trimmed.content.endswith(after)
    assert len(trimmed.content) < MOST_OF_A_PART + len(small)


@pytest.mark.parametrize("lines", [[b"x" * 1_000_000], [b"--grens\r\n"], [b"--grens\r\n", b"X: y\r\n"]])
def test_whoever_sends_without_end_is_not_listened_to_any_longer(lines):
    start = parts(("Content-Type: text/plain", "")).partition(b"--grens--")[0]

    trimmed = trim(Arriving(lines_of(start), cycle(lines)))

    assert trimmed.is_cut
    assert trimmed.size <= MOST_READ + len(lines[0])
    assert len(trimmed.content) <= MOST_KEPT


def test_a_mail_within_the_limits_stays_as_it_is():
    raw = parts(("Content-Type: text/plain", "Hoi.\r\n--\r\nSevda"), ("Content-Type: text/html", "<p>Hoi."))

    trimmed = trim(BytesIO(raw))

    assert (trimmed.content, trimmed.size, trimmed.is_cut) == (raw, len(raw), False)


def test_the_headers_of_a_part_are_shorter_than_those_of_a_mail():
    long = "X-Long: " + "x" * MOST_OF_PART_HEADERS
    whole = mail("Hoi.", x_long="x" * MOST_OF_PART_HEADERS)

    trimmed = [trim(BytesIO(raw)) for raw in (whole, parts(("X: y", "Hoi."), (long, "Hoi.")))]

    assert [one.is_cut for one in trimmed] == [False, True]
    assert trimmed[0].content == whole
    assert len(trimmed[1].content) < MOST_OF_PART_HEADERS


def test_what_is_nested_too_deep_is_left_out():
    heads = (f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(1000))
    raw = mail("".join(chain(heads, ["diep"])), content_type='multipart/mixed; boundary="b0"')

    trimmed = trim(BytesIO(raw))

    assert trimmed.is_cut
    assert trimmed.content.count(b"boundary=") == 11
    assert b"diep" not in trimmed.content
