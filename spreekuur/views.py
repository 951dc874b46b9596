"""Doors of the house itself: home, health, language, and errors."""

import sys

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from organisation.models import User
from outbox.inbound.fetch import failures_in_a_row
from outbox.monitoring.overdue import GRACE, Lateness
from outbox.monitoring.queries import last_heartbeat_within
from spreekuur.context_processors import places_of
from spreekuur.middleware import AWAY, away

READ = ["GET", "HEAD"]


@require_http_methods(READ)
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to their first place; a visitor without a link learns how it works here."""
    if isinstance(request.user, User):
        places = places_of(request.user, request.path)
        return redirect(places[0].url) if places else render(request, "no_role.html")
    return render(request, "welcome.html", {"is_empty": not User.objects.exists()})


@require_http_methods(READ)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@require_http_methods(READ)
def healthz_worker(request: HttpRequest) -> HttpResponse:
    """200 when a worker was heard of within two minutes, also when messages are late: that is in the fields.

    `waiting`: messages that should have left by now; `overdue_seconds`: the age of the oldest of them; `is_overdue`:
    that this is more than ten minutes. `inbox_failures`: how often our mailbox could not be read since it last was.
    """
    now = timezone.now()
    alive, late = last_heartbeat_within(now), Lateness.at(now)
    seconds = late.seconds(now)
    body = {
        "status": "ok" if alive else "no worker",
        "overdue_seconds": seconds,
        "is_overdue": seconds > GRACE.total_seconds(),
        "waiting": late.count,
        "inbox_failures": failures_in_a_row(),
    }
    return JsonResponse(body, status=200 if alive else 503)


@require_http_methods(READ)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@require_http_methods(READ)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html")


@require_http_methods(["POST"])
def switch_language(request: HttpRequest) -> HttpResponse:
    return set_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug; or a database that went away where no middleware could see it, such as while a session was saved."""
    if isinstance(sys.exc_info()[1], AWAY):
        return away(request)
    return render(request, "500.html", status=500)
