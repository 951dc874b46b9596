"""A real IMAP server, Dovecot from Debian, with its own directory and port.

It runs without root as in doc.dovecot.org/2.3/configuration_manual/howto/rootless. Every name is a user.
"""

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from tests.processes import HANG_SECONDS, wait_for
from tests.stand_ins import free_port

PASSWORD = "geheim"
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {directory}/base
state_dir = {directory}/state
log_path = {directory}/log
ssl = yes
ssl_cert = <{directory}/certificate
ssl_key = <{directory}/certificate
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{directory}/mail/%u
mail_uid = {user}
mail_gid = {group}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {safe_port}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={directory}/mail/%u
}}
"""


class Dovecot:
    def __init__(self, port, safe_port):
        self.port, self.safe_port = port, safe_port

    def url(self, user, *, folder="INBOX", password=PASSWORD, after="seen", port=None):
        return f"imap://{user}:{password}@127.0.0.1:{port or self.port}/{folder}?after={after}"

    def safe_url(self, user):
        return f"imaps://{user}:{PASSWORD}@127.0.0.1:{self.safe_port}/"

    def signed_in(self, user):
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=HANG_SECONDS)
        server.login(user, PASSWORD)
        return server

    def append(self, user, *mails, folder="INBOX"):
        with self.signed_in(user) as server:
            server.create(folder)
            for mail in mails:
                assert server.append(folder, None, None, mail)[0] == "OK"

    def flags(self, user, folder="INBOX"):
        """Flags of every mail in the folder, oldest first, without \\Recent."""
        with self.signed_in(user) as server:
            [number] = server.select(folder, readonly=True)[1]
            lines = server.fetch("1:*", "(FLAGS)")[1] if int(number) else []
        found = [set(imaplib.ParseFlags(line)) - {rb"\Recent"} for line in lines if line]
        return [{flag.decode() for flag in flags} for flags in found]


@contextmanager
def proxy_for(server, *, breaks_at=b"", hangs_at=b"", refuses=b"", before=lambda: None):
    """Port of a proxy that closes, hangs or answers NO at a given command; `before` is called before it closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = server.port, breaks_at, hangs_at, refuses, before
        Thread(target=_pass_on, args=(listener, *told), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _pass_on(listener, port, *told):
    with suppress(OSError):
        while True:
            near, _address = listener.accept()
            far = socket.create_connection(("127.0.0.1", port))
            Thread(target=_copy, args=(far, near), daemon=True).start()
            Thread(target=_copy, args=(near, far, *told), daemon=True).start()


def _copy(source, target, breaks_at=b"", hangs_at=b"", refuses=b"", before=None):
    with source, target, suppress(OSError):
        while said := source.recv(65536):
            if breaks_at and breaks_at in said:
                before()
                break
            if refuses and refuses in said:
                source.sendall(said.split()[0] + b" NO [UNAVAILABLE] Try later\r\n")
            elif not (hangs_at and hangs_at in said):
                target.sendall(said)
        for end in (source, target):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def dovecot(certificate):
    """`certificate`: a file with the certificate and its key."""
    server, directory = Dovecot(free_port(), free_port()), Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    me = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    group = subprocess.run(["id", "-gn", me.pw_name], capture_output=True, text=True, check=True).stdout.strip()
    said = {"directory": directory, "password": PASSWORD, "user": me.pw_name, "group": group, **vars(server)}
    (directory / "dovecot.conf").write_text(CONFIGURATION.format(**said))
    shutil.copy(certificate, directory / "certificate")
    (directory / "mail").mkdir()
    if os.geteuid() == 0:
        for path in (directory, directory / "mail"):
            shutil.chown(path, me.pw_name, group)
    command = [shutil.which("dovecot", path="/usr/sbin:/usr/bin"), "-F", "-c", directory / "dovecot.conf"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(server))
        yield server
    finally:
        process.terminate()
        process.wait(HANG_SECONDS)
        shutil.rmtree(directory, ignore_errors=True)


def _answers(server):
    with suppress(OSError, imaplib.IMAP4.error):
        server.signed_in("iemand").logout()
        return True
