"""WSGI middleware that answers 503 at once to a request that waited too long for a thread of the web server.

Under more load than it can carry, a server that answers in turn is busy with requests whose visitors have left, and
everybody after them waits as well, minutes after the load has ended. How long a request waited is asked of the kernel
(TCP_INFO in tcp(7): milliseconds since data last came in), because the web server accepts a connection only when it has
time for it. Behind a Unix socket, and on other systems than Linux, nothing is known and nothing is refused.

A short burst may queue for seconds; a queue that never empties may not (controlled delay, as in Maurer, "Fail at
Scale", ACM Queue 13(8), 2015): otherwise everybody waits as long as the limit for as long as the load lasts.
"""

import socket
import struct
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# struct tcp_info in linux/tcp.h: eight bytes, of which the first is the state, then 32-bit numbers.
_INFO_BYTES = 104
_MILLISECONDS = struct.Struct("=I")
_LAST_DATA_OFFSET = 8 + 11 * 4
_CLOSED_BY_PEER = frozenset({7, 8, 9, 11})  # TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING
NO_QUEUE = 0.1  # seconds: who waited less found a thread that was free
MAX_STANDING_SECONDS = 0.5  # in a queue that has stood for as long as the limit
ABANDONED_AFTER = 1.0  # seconds; a client that only closes its half at once still gets its answer
RETRY_AFTER = "5"  # seconds
PAGE = b"""<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Even druk</title>
</head><body style="font-family: system-ui, sans-serif; max-width: 34em; margin: 2em auto; padding: 0 1em">
<h1>Het is even te druk</h1>
<p>Er is niets bewaard of verstuurd. Ga terug en probeer het over een paar seconden opnieuw: wat je had ingevuld, staat
er dan nog.</p>
<div lang="en"><h2>Very busy just now</h2>
<p>Nothing was saved or sent. Go back and try again in a few seconds: what you had typed is still there.</p></div>
</body></html>
"""
PROBLEM = b'{"type":"about:blank","title":"Too busy","status":503,"code":"busy"}'


def shed_load(application: Application, *, max_seconds: float) -> Application:
    """Wrap an application; 0 seconds refuses nothing."""

    empty_at = monotonic()

    def shedding(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal empty_at
        waited, is_abandoned = _wait_of(environ.get("gunicorn.socket"))
        if waited < NO_QUEUE:
            empty_at = monotonic()
        is_standing = monotonic() - empty_at > max_seconds
        limit = min(max_seconds, MAX_STANDING_SECONDS) if is_standing else max_seconds
        if waited <= limit and not (is_abandoned and waited > ABANDONED_AFTER):
            return application(environ, start_response)
        is_api = str(environ.get("PATH_INFO", "")).startswith("/api/")
        body, kind = (PROBLEM, "application/problem+json") if is_api else (PAGE, "text/html; charset=utf-8")
        headers = [("Retry-After", RETRY_AFTER), ("Cache-Control", "no-store"), ("Connection", "close")]
        start_response(
            "503 Service Unavailable", [("Content-Type", kind), ("Content-Length", str(len(body))), *headers]
        )
        return [body]

    return shedding if max_seconds else application


def _wait_of(connection: socket.socket | None) -> tuple[float, bool]:
    """Seconds since data last came in, and whether the other side has closed; (0, False) when that is not known."""
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)  # type: ignore[union-attr]
        (milliseconds,) = _MILLISECONDS.unpack_from(info, _LAST_DATA_OFFSET)
    except (AttributeError, OSError, struct.error):
        return 0.0, False
    return milliseconds / 1000, info[0] in _CLOSED_BY_PEER
