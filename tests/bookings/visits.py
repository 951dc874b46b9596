"""Requests of a candidate who opened the private link."""

from django.urls import reverse

from candidates.access.tokens import link_token
from tests.factories import make_booking, make_invitation, make_policy

TEN = "2026-11-24T09:00Z"
HALF_PAST_TEN = "2026-11-24T09:30Z"


def come_in(client, candidate, *, language="en"):
    """Open the private link, and read the pages in English."""
    client.get(reverse("candidates:open_link", args=[link_token(candidate.link.key, candidate.link.version), ""]))
    client.cookies["django_language"] = language


def invited(client, **fields):
    make_policy()
    invitation = make_invitation(**fields)
    come_in(client, invitation.candidate)
    return invitation


def booked(client, **fields):
    """A standing appointment of somebody who just opened the link."""
    make_policy()
    booking = make_booking(**fields)
    come_in(client, booking.candidate)
    return booking


def sent(slot=HALF_PAST_TEN, *, advisor=None, channel="phone", **fields):
    typed = {"slot": slot, "channel": channel, "language": "nl", "phone": "06 00000001"}
    return typed | {"advisor": advisor.pk if advisor else ""} | fields


def url(name, thing):
    return reverse(f"bookings:{name}", args=[thing.pk])


def words(answer):
    return " ".join(answer.content.decode().split())
