"""Calendar servers for tests: a web server with given responses, and Radicale."""

import subprocess
import sys
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from tests.processes import HANG_SECONDS, wait_for
from tests.stand_ins import free_port

# Response to PROPFIND of a calendar: a multistatus (RFC 4918, 9.1 and 14.16) with the resource types of RFC 4791, 4.2.
A_CALENDAR = b"""<?xml version="1.0"?>
<multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><response><href>/werk/</href><propstat><prop>
<resourcetype><collection/><c:calendar/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response>
</multistatus>"""


class WebServer(ThreadingHTTPServer):
    """Web server; `pages` has per path (status, headers, body) or a function that responds."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = {}
        self.requests = []  # (method, path, headers)
        self.is_closing = Event()

    def address(self, path="/"):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """Ignore clients that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    server: WebServer

    def _respond(self):
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        page = self.server.pages.get(self.path, (404, {}, b""))
        if callable(page):
            page(self)
            return
        status, headers, body = page
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_REPORT = do_PROPFIND = do_PUT = do_DELETE = _respond

    def log_message(self, *args):
        pass


@contextmanager
def web_server(settings, **pages):
    """Web server on a free port, listed in CALENDAR_HOSTS_ALLOWED; the page `agenda` is at /agenda."""
    server = WebServer()
    server.pages = {f"/{name}": page for name, page in pages.items()}
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.CALENDAR_HOSTS_ALLOWED = [f"127.0.0.1:{server.server_port}"]
    try:
        yield server
    finally:
        server.is_closing.set()
        server.shutdown()
        server.server_close()


class Radicale:
    """A real CalDAV server with one user and one calendar."""

    def __init__(self, port):
        self.port = port
        self.host = f"127.0.0.1:{port}"
        self.address = f"http://{self.host}/benali/werk/"

    def request(self, method, path, body="", **headers):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        credentials = {"Authorization": "Basic YmVuYWxpOmdlaGVpbQ=="}  # benali:geheim
        connection.request(method, path, body=body.encode(), headers=credentials | headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, content

    def put(self, name, content):
        status, answer = self.request("PUT", f"/benali/werk/{name}.ics", content, **{"Content-Type": "text/calendar"})
        assert status in (201, 204), answer

    def everything(self):
        """The whole calendar as one file."""
        return self.request("GET", "/benali/werk/")[1]


@contextmanager
def radicale_server(folder):
    port = free_port()
    (folder / "users").write_text("benali:geheim\n")
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": folder / "users",
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "storage-filesystem-folder": folder / "collections",
        "logging-level": "error",
    }
    command = [sys.executable, "-m", "radicale", *(f"--{name}={value}" for name, value in options.items())]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Radicale(port)
    try:
        _wait_for(server, process)
        made, answer = server.request("MKCALENDAR", "/benali/werk/")
        assert made == 201, answer
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server, process):
    def answers():
        assert process.poll() is None, "Radicale does not start"
        with suppress(OSError):
            return server.request("GET", "/.web/")

    wait_for(answers)
