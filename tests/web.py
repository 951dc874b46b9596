"""A real web server, of several processes, on the very database of the test."""

import json
import os
import secrets
from contextlib import contextmanager
from urllib.parse import quote

from django.db import connection

from tests.bench.client import Asked
from tests.bench.servers import PRODUCTION, House, server


def house_of_this_test():
    """What other processes need to work on this database; a test must not hold a transaction meanwhile."""
    environment = (
        os.environ | PRODUCTION | {"DATABASE_URL": _url(connection.settings_dict), "SECRET_KEY": secrets.token_hex(32)}
    )
    return House(connection.vendor, environment)


@contextmanager
def web_server(**options):
    """Gives the port."""
    with server(house_of_this_test(), **options) as port:
        yield port


def booking_of(program, *, starts_at, advisor=None, channel="video", method="POST"):
    """A request to book, or with PUT to move; `program` is a token and the key of an invitation."""
    token, key = program
    body = {"starts_at": starts_at, "channel": channel, "language": "nl", "phone": "+31612345678"}
    if advisor:
        body["advisor"] = advisor
    return Asked(method, f"/api/v1/invitations/{key}/booking", token=token, body=body, expects=201)


def told(answered):
    """What an answer says: "done", or the code of its refusal."""
    if answered.status in (200, 201, 204):
        return "done"
    try:
        return json.loads(answered.body)["code"]
    except (ValueError, KeyError):
        return f"status {answered.status}: {answered.body[:300]!r}"


def _url(settings):
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    place = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else settings["HOST"]
    return f"postgres://{quote(settings['USER'])}:{quote(settings['PASSWORD'])}@{place}/{settings['NAME']}"
