"""Views of the project itself: home, health, language and security contact."""

from datetime import UTC, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from organisation.models import Policy, User
from outbox.inbound.fetch import consecutive_failures
from outbox.monitoring.overdue import GRACE, OverdueSummary
from outbox.monitoring.queries import clock_difference, is_worker_alive
from spreekuur.context_processors import main_navigation_for

READ = ["GET", "HEAD"]
SECURITY_TXT_VALID = timedelta(days=180)  # RFC 9116, 2.5.5: less than a year


@require_http_methods(READ)
def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to their first page; show visitors without a link how it works."""
    if isinstance(request.user, User):
        items = main_navigation_for(request.user, request.path)
        return redirect(items[0].url) if items else render(request, "no_role.html")
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
    """200 when a worker sent a heartbeat within two minutes, 503 otherwise. Late messages do not change the status.

    docs/messages.md describes the fields.
    """
    now = timezone.now()
    alive, late = is_worker_alive(now), OverdueSummary.at(now)
    seconds = late.seconds(now)
    body = {
        "status": "ok" if alive else "no worker",
        "overdue_seconds": seconds,
        "is_overdue": seconds > GRACE.total_seconds(),
        "waiting": late.count,
        "inbox_failures": consecutive_failures(),
        "clock_difference_seconds": round(clock_difference(now).total_seconds()),
    }
    return JsonResponse(body, status=200 if alive else 503)


@require_http_methods(READ)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@require_http_methods(READ)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.html")


@require_http_methods(READ)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Contact for reports of a vulnerability (RFC 9116); 404 while none is known."""
    sender = Policy.objects.current().sender_email
    contact = settings.SECURITY_CONTACT or (f"mailto:{sender}" if sender else "")
    if not contact:
        raise Http404
    expires = (timezone.now() + SECURITY_TXT_VALID).replace(microsecond=0, tzinfo=UTC)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_http_methods(["POST"])
def switch_language(request: HttpRequest) -> HttpResponse:
    return set_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
