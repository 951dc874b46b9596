"""Settings of the web server: `gunicorn --config python:spreekuur.gunicorn_conf`. Options on the command line win.

What waits too long is refused (spreekuur/load_shedding.py), so connections may wait in the kernel and in a process:
with a full queue visitors would knock again and again. The application is loaded before the first request is taken,
and shared by the processes.
"""

import gc
import os
from importlib import import_module
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "30")  # before the settings are read

wsgi_app = "spreekuur.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 3)
threads = int(os.environ.get("WEB_THREADS") or 4)
worker_connections = threads + 64  # accepted by a process, in a thread or waiting for one
backlog = 512  # waiting in the kernel
keepalive = 5  # seconds; longer than a proxy needs between two requests of one page
timeout = 60  # seconds without a sign of life of a process; a request is limited by the database's time limit
preload_app = True
max_requests, max_requests_jitter = 20_000, 2_000  # a process starts anew now and then, should memory leak

SLOW_IMPORTS = ("twilio.rest", "icalendar", "phonenumbers", "recurring_ical_events")
TEMPLATES = ("base.html", "account/login.html", "bookings/agenda/today.html", "candidates/rejections/list.html")


def when_ready(server: Any) -> None:
    """Load in the parent process, before it forks, what the first visitors would otherwise wait for."""
    for name in SLOW_IMPORTS:
        import_module(name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
    for template in TEMPLATES:
        get_template(template)
    gc.collect()
    gc.freeze()
