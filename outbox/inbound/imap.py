"""IMAP client (RFC 9051) for the inbox: list new mail, read one mail in chunks, mark, move or delete it.

No state is kept: mail that is neither seen nor flagged is new. So a change of UIDVALIDITY does not matter, and a mail
that was stored just before a crash comes again and is recognised.

imaplib and not imap-tools: its `fetch` reads a mail of any size into memory, and its `flag` and `delete` expunge the
whole folder, also mail that a person only marked as deleted.
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

from outbox.inbound.size_limit import MAX_KEPT

TIMEOUT_SECONDS = 20  # per command
MAX_SESSION_SECONDS = 35.0  # of a session, also with a server that sends a byte per second; a task may take a minute
CHUNK = 256_000  # bytes per FETCH
MAX_BYTES = MAX_KEPT + 1  # fetched of one mail; the last byte shows that there is more
NEW_MAIL = "UNSEEN UNFLAGGED UNDELETED"
PORTS = {"imap": 143, "imaps": 993}
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
SEEN, DELETE = "seen", "delete"
IMAP_ERRORS = (imaplib.IMAP4.error, OSError)  # refused, timed out, interrupted, not understood


class CommandRefused(Exception):
    """The server answered NO to a command; the connection is intact."""


class MailGone(Exception):
    """The mail is not in the folder any more."""


@dataclass(frozen=True, kw_only=True)
class ImapAccount:
    """Server, credentials and folder of the inbox."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str
    after: str  # what happens to a processed mail: "seen", "delete", or the folder that it moves to


def parse_inbox_url(url: str) -> ImapAccount:
    """Parse `imaps://user:password@host/INBOX?after=delete`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username:
        raise ValueError("INBOX_URL is imaps://user:password@host/folder")
    is_tls = parts.scheme == "imaps"
    return ImapAccount(
        host=parts.hostname,
        port=parts.port or (PORTS[parts.scheme]),
        is_tls=is_tls,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        after=parse_qs(parts.query).get("after", [SEEN])[0],
    )


@contextmanager
def open_mailbox(account: ImapAccount, *, at_most_seconds: float = MAX_SESSION_SECONDS) -> Iterator["Mailbox"]:
    """Open the folder of an account for at most so many seconds.

    Raises one of IMAP_ERRORS, also when the time is over, or CommandRefused when there is no such folder.
    """
    server = _connect(account)
    limit = Timer(at_most_seconds, _shut_down_socket, [server])
    limit.start()
    try:
        server.login(account.user, account.password)
        mailbox = Mailbox(server, account.after)
        mailbox.command("SELECT", _quote(account.folder))
        yield mailbox
    finally:
        with suppress(*IMAP_ERRORS):
            server.logout()
        limit.cancel()
        with suppress(*IMAP_ERRORS):
            server.shutdown()


def _shut_down_socket(server: imaplib.IMAP4) -> None:
    """End a blocking read from another thread; on the socket below TLS, which cannot be closed while it is in use."""
    with suppress(OSError):
        socket.socket.shutdown(server.sock, socket.SHUT_RDWR)


def _connect(account: ImapAccount) -> imaplib.IMAP4:
    """Connect with TLS or STARTTLS; without either only to this machine, so that no password is sent in the clear."""
    context = ssl.create_default_context()
    if account.is_tls:
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    server = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT_SECONDS)
    if account.host not in LOCAL_HOSTS:
        server.starttls(ssl_context=context)
    return server


class Mailbox:
    """Open folder of an IMAP account."""

    def __init__(self, server: imaplib.IMAP4, after: str) -> None:
        self._server, self._after = server, after
        self._capabilities = (server.capability()[1][-1] or b"").decode().upper().split()  # complete after login only

    def new_uids(self) -> list[str]:
        """UIDs of mail that is neither seen, flagged nor deleted, oldest first."""
        [found] = self.command("UID", "SEARCH", NEW_MAIL)[-1:] or [b""]
        return sorted((found or b"").decode().split(), key=int)

    def stream(self, uid: str) -> "StreamedMail":
        """Mail to be read line by line, without marking it as seen."""
        return StreamedMail(self, uid)

    def finish(self, uid: str) -> None:
        """Mark, delete or move a processed mail, as the account says."""
        if self._after == SEEN:
            self.command("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        elif self._after == DELETE:
            self._remove(uid)
        else:
            self._move(uid, _quote(self._after))

    def flag(self, uid: str) -> None:
        """Flag a mail for a person to look at; it stays unread and is not new any more."""
        self.command("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")

    def command(self, command: str, *arguments: str) -> Sequence[Any]:
        """Send a command and return its data. Raises CommandRefused and one of IMAP_ERRORS."""
        if command == "SELECT":
            status, data = self._server.select(arguments[0])
        else:
            status, data = self._server.uid(*arguments)
        if status != "OK":
            raise CommandRefused(f"{' '.join([command, *arguments[:1]])}: {status}")
        return data

    def _move(self, uid: str, folder: str) -> None:
        with suppress(imaplib.IMAP4.error):
            self._server.create(folder)  # NO when it exists
        if "MOVE" in self._capabilities:
            self.command("UID", "MOVE", uid, folder)
        else:
            self.command("UID", "COPY", uid, folder)
            self._remove(uid)

    def _remove(self, uid: str) -> None:
        self.command("UID", "STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)")
        if "UIDPLUS" in self._capabilities:
            self.command("UID", "EXPUNGE", uid)
        else:
            self._server.expunge()


class StreamedMail:
    """Mail that is fetched in chunks as it is read, up to MAX_BYTES."""

    def __init__(self, mailbox: Mailbox, uid: str) -> None:
        self._mailbox, self._uid = mailbox, uid
        self._fetched, self._left, self._rest = 0, MAX_BYTES, b""

    def readline(self, limit: int) -> bytes:
        while b"\n" not in self._rest[:limit] and len(self._rest) < limit and self._fetch():
            pass
        end = self._rest.find(b"\n", 0, limit) + 1 or limit
        line, self._rest = self._rest[:end], self._rest[end:]
        return line

    def _fetch(self) -> bool:
        """Fetch a chunk; False at the end, which a chunk shorter than asked shows (RFC 9051, 6.4.5.1)."""
        size = min(CHUNK, self._left)
        if size <= 0:
            return False
        data = self._mailbox.command("UID", "FETCH", self._uid, f"(BODY.PEEK[]<{self._fetched}.{size}>)")
        if not any(data):
            raise MailGone
        chunk = next((one[1] for one in data if isinstance(one, tuple)), b"")
        self._rest += chunk
        self._fetched += len(chunk)
        self._left = self._left - len(chunk) if len(chunk) == size else 0
        return bool(chunk)


def _quote(name: str) -> str:
    """Quoted string (RFC 9051, 5.1 and 9). Raises UnicodeError for a name beyond ASCII."""
    name.encode("ascii")
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
