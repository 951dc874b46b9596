"""Message that `manage.py run` prints when the web server is ready."""

from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from threading import Thread
from time import monotonic, sleep

from django.conf import settings
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Invitation
from candidates.access.services import link_url_for
from organisation.models import User
from spreekuur.demo_loader import PASSWORD

TIMEOUT_SECONDS = 60


def welcome() -> str:
    """Urls to open, and in the demo a private link and the demo accounts."""
    lines = ["", f"Spreekuur is open: {settings.PUBLIC_URL}", ""]
    if settings.DEMO:
        lines += [
            *_candidate(),
            f"The outbox, with every letter and text: {_page('outbox:demo_outbox')}",
            "",
            *_staff(),
        ]
    return "\n".join([*lines, "Ctrl-C stops web and worker.", ""])


def print_when_ready(*, port: int, write: Callable[[str], object]) -> None:
    """Print the message once the web server responds. Runs in a thread, because the processes start after this call."""
    Thread(target=_wait_and_print, args=(port, write), daemon=True).start()


def _candidate() -> list[str]:
    day = timezone.localdate()
    booked = Booking.objects.values("invitation")
    invitation = Invitation.objects.open(day).exclude(pk__in=booked).order_by("pk").first()
    if invitation is None:
        return []
    address = link_url_for(invitation.candidate, f"invitations/{invitation.pk}/book/")
    return [f"A candidate who was invited: {address}"]


def _staff() -> list[str]:
    """Demo accounts; only the sign-in page when the database has other accounts."""
    accounts = list(User.objects.filter(is_active=True).prefetch_related("grants").order_by("pk"))
    if not accounts or not accounts[0].check_password(PASSWORD):
        return [f"Staff sign in at {_page('account_login')}", ""]
    rows = [(user.email, ", ".join(str(grant.get_role_display()) for grant in user.grants.all())) for user in accounts]
    width = max(len(email) for email, _roles in rows)
    head = f"Staff sign in at {_page('account_login')} with the password {PASSWORD}"
    return [head, *(f"  {email:{width}}  {roles}" for email, roles in rows), ""]


def _page(name: str) -> str:
    return settings.PUBLIC_URL + reverse(name)


def _wait_and_print(port: int, write: Callable[[str], object]) -> None:
    give_up_at = monotonic() + TIMEOUT_SECONDS
    while monotonic() < give_up_at:
        if _answers(port):
            write(welcome())
            connections.close_all()
            return
        sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
