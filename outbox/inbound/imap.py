"""A mailbox on an IMAP server (RFC 9051), as far as we need it: what is new, one mail bit by bit, and where it goes.

We remember nothing of it: a mail that is read but not flagged is new. So it does not matter when the server numbers
its mails anew (UIDVALIDITY), and a mail that was kept just before we died is found to be kept when it comes again.
"""

import imaplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from outbox.inbound.size_limit import MOST_KEPT

TIMEOUT_SECONDS = 20  # of silence
LONGEST_SECONDS = 35.0  # signed in, also at a server that sends a byte every second; a task lasts a minute at most
CHUNK = 256_000  # bytes; of a mail no more than this is on its way at once
MOST_ASKED = MOST_KEPT + 1  # bytes of one mail; by the last of them we know that it goes on
NEW = "UNSEEN UNFLAGGED UNDELETED"
PORTS = {"imap": 143, "imaps": 993}
LOCAL = ("localhost", "127.0.0.1", "::1")
SEEN, DELETE = "seen", "delete"
TROUBLE = (imaplib.IMAP4.error, OSError)  # refused, timed out, broken off, not understood


class Refused(Exception):
    """The server answered no; the connection is still good."""


class Gone(Exception):
    """There is no such mail any more: another reader had it."""


@dataclass(frozen=True, kw_only=True)
class Account:
    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str
    after: str  # what is done with a mail that was taken: "seen", "delete", or the folder that it moves to


def account_of(url: str) -> Account:
    """`imaps://user:password@host/INBOX?after=delete`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username:
        raise ValueError("INBOX_URL is imaps://user:password@host/folder")
    is_tls = parts.scheme == "imaps"
    return Account(
        host=parts.hostname,
        port=parts.port or (PORTS[parts.scheme]),
        is_tls=is_tls,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        after=parse_qs(parts.query).get("after", [SEEN])[0],
    )


@contextmanager
def opened(account: Account, *, at_most_seconds: float = LONGEST_SECONDS) -> Iterator["Mailbox"]:
    """Raises one of TROUBLE, also when it takes longer than this; or Refused when there is no such folder."""
    server = _connected(account)
    limit = Timer(at_most_seconds, _break_off, [server])
    limit.start()
    try:
        server.login(account.user, account.password)
        mailbox = Mailbox(server, account.after)
        mailbox.ask("SELECT", _quoted(account.folder))
        yield mailbox
    finally:
        with suppress(*TROUBLE):
            server.logout()
        limit.cancel()
        with suppress(*TROUBLE):
            server.shutdown()


def _break_off(server: imaplib.IMAP4) -> None:
    """Whoever waits for an answer hears that there is none; below TLS, which nobody can end while it is in use."""
    with suppress(OSError):
        socket.socket.shutdown(server.sock, socket.SHUT_RDWR)


def _connected(account: Account) -> imaplib.IMAP4:
    """Nobody listens in: a server elsewhere that offers no TLS does not get the password."""
    context = ssl.create_default_context()
    if account.is_tls:
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    server = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT_SECONDS)
    if account.host not in LOCAL:
        server.starttls(ssl_context=context)
    return server


class Mailbox:
    def __init__(self, server: imaplib.IMAP4, after: str) -> None:
        self._server, self._after = server, after

    def new(self) -> list[str]:
        """The UIDs of what nobody has looked at, oldest first."""
        [found] = self.ask("UID", "SEARCH", NEW)[-1:] or [b""]
        return sorted((found or b"").decode().split(), key=int)

    def mail(self, uid: str) -> "ArrivingMail":
        """To be read line by line; it stays new while it is read."""
        return ArrivingMail(self, uid)

    def finish(self, uid: str) -> None:
        """It was taken."""
        if self._after == SEEN:
            self.ask("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        elif self._after == DELETE:
            self._remove(uid)
        else:
            self._move(uid, _quoted(self._after))

    def put_aside(self, uid: str) -> None:
        """For a person to look at: it stays unread, and we do not look at it again."""
        self.ask("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")

    def ask(self, command: str, *arguments: str) -> Sequence[Any]:
        """What the server says to it. Raises Refused and one of TROUBLE."""
        if command == "SELECT":
            status, data = self._server.select(arguments[0])
        else:
            status, data = self._server.uid(*arguments)
        if status != "OK":
            raise Refused(f"{' '.join([command, *arguments[:1]])}: {status}")
        return data

    def _move(self, uid: str, folder: str) -> None:
        with suppress(imaplib.IMAP4.error):
            self._server.create(folder)  # says NO when it is there
        if "MOVE" in self._server.capabilities:
            self.ask("UID", "MOVE", uid, folder)
        else:
            self.ask("UID", "COPY", uid, folder)
            self._remove(uid)

    def _remove(self, uid: str) -> None:
        self.ask("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")
        if "UIDPLUS" in self._server.capabilities:
            self.ask("UID", "EXPUNGE", uid)
        else:
            self._server.expunge()


class ArrivingMail:
    """A mail that is fetched as it is read, no more of it than we keep of any mail."""

    def __init__(self, mailbox: Mailbox, uid: str) -> None:
        self._mailbox, self._uid = mailbox, uid
        self._fetched, self._left, self._rest = 0, MOST_ASKED, b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._rest[:limit] and len(self._rest) < limit and self._fetch():
            pass
        end = self._rest.find(b"\n", 0, limit) + 1 or limit
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def _fetch(self) -> bool:
        """False when there is no more: a piece that is shorter than asked is the last (RFC 9051, 6.4.5.1)."""
        size = min(CHUNK, self._left)
        if size <= 0:
            return False
        data = self._mailbox.ask("UID", "FETCH", self._uid, f"(BODY.PEEK[]<{self._fetched}.{size}>)")
        if not any(data):
            raise Gone
        piece = next((one[1] for one in data if isinstance(one, tuple)), b"")
        self._rest += piece
        self._fetched += len(piece)
        self._left = self._left - len(piece) if len(piece) == size else 0
        return bool(piece)


def _quoted(name: str) -> str:
    """RFC 9051, 5.1 and 9; a name beyond ASCII raises UnicodeError."""
    name.encode("ascii")
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
