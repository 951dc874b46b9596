"""`gunicorn tests.blocked_wsgi`: answers when the file in OPEN exists, and writes down in SEEN what it was asked."""

import os
from pathlib import Path

from spreekuur.load_shedding import shed_load
from tests.processes import wait_for


def answer(environ, start_response):
    with Path(os.environ["SEEN"]).open("a") as seen:
        seen.write(environ["PATH_INFO"] + "\n")
    wait_for(Path(os.environ["OPEN"]).exists)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


application = shed_load(answer, max_seconds=2.0)
