"""Real web server with several processes on the database of the test."""

import json
import os
import secrets
from contextlib import contextmanager
from urllib.parse import quote

from django.db import connection

from tests.bench.client import HttpRequest
from tests.bench.servers import PRODUCTION, Installation, server


def installation_for_test():
    """Environment for other processes on this database. The test must not have an open transaction."""
    environment = (
        os.environ
        | PRODUCTION
        | {
            "DATABASE_URL": _url(connection.settings_dict),
            "SECRET_KEY": secrets.token_hex(32),
            "LINK_SECRET": secrets.token_hex(32),
        }
    )
    return Installation(connection.vendor, environment)


@contextmanager
def web_server(**options):
    """Run the server and yield its port."""
    with server(installation_for_test(), **options) as port:
        yield port


def booking_request(credentials, *, starts_at, advisor=None, channel="video", method="POST"):
    """API request to book, or to move with PUT; `credentials` is a token and the key of an invitation."""
    token, key = credentials
    body = {"starts_at": starts_at, "channel": channel, "language": "nl", "phone": "+31612345678"}
    if advisor:
        body["advisor"] = advisor
    return HttpRequest(method, f"/api/v1/invitations/{key}/booking", token=token, body=body, expects=201)


def result_of(response):
    """Result of a response: "done", or the code of its refusal."""
    if response.status in (200, 201, 204):
        return "done"
    try:
        return json.loads(response.body)["code"]
    except (ValueError, KeyError):
        return f"status {response.status}: {response.body[:300]!r}"


def _url(settings):
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else settings["HOST"]
    return f"postgres://{quote(settings['USER'])}:{quote(settings['PASSWORD'])}@{host}/{settings['NAME']}"
