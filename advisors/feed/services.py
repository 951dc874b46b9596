"""Agenda feed of an advisor: switch on, renew the address, show or hide names, switch off.

The token in the private address is derived and never stored; a feed is looked up by the digest of its token.
"""

from datetime import datetime
from secrets import token_hex

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from advisors.models import Advisor, AgendaFeed
from core.actors import Actor
from core.tokens import derive_token, digest_of
from organisation import audit
from organisation.models import Role


def feed_by_token(token: str) -> AgendaFeed | None:
    """Feed of an active advisor; None for an unknown or renewed token."""
    feeds = AgendaFeed.objects.select_related("advisor__user")
    holders = {"advisor__user__is_active": True, "advisor__user__grants__role": Role.ADVISOR}
    return feeds.filter(digest=digest_of(token), **holders).first()


@transaction.atomic
def switch_on(*, advisor: Advisor, actor: Actor, now: datetime) -> AgendaFeed:
    """Switch the feed on, without names. Idempotent; after switching off, the address is a new one."""
    feed, is_new = AgendaFeed.objects.get_or_create(advisor=advisor, defaults={"digest": token_hex(32)})
    if is_new:
        feed.digest = digest_of(token_of(feed))  # the token is derived from the primary key
        feed.save(update_fields=["digest"])
        audit.record("feed.switch_on", advisor, actor=actor, now=now)
    return feed


@transaction.atomic
def renew(*, advisor: Advisor, actor: Actor, now: datetime) -> None:
    """Give the feed a new address; the old one stops at once. Does nothing without a feed."""
    feed = _feed_of(advisor)
    if feed is None:
        return
    feed.version += 1
    feed.digest = digest_of(token_of(feed))
    feed.save(update_fields=["version", "digest"])
    audit.record("feed.renew", advisor, actor=actor, now=now)


@transaction.atomic
def show_names(*, advisor: Advisor, shows: bool, actor: Actor, now: datetime) -> None:
    """Show or hide the names of candidates in the titles. Idempotent; does nothing without a feed."""
    feed = _feed_of(advisor)
    if feed is None or feed.shows_names == shows:
        return
    feed.shows_names = shows
    feed.save(update_fields=["shows_names"])
    audit.record("feed.show_names" if shows else "feed.hide_names", advisor, actor=actor, now=now)


@transaction.atomic
def switch_off(*, advisor: Advisor, actor: Actor, now: datetime) -> None:
    """Delete the feed; its address stops at once and is never used again. Idempotent."""
    if AgendaFeed.objects.filter(advisor=advisor).delete()[0]:
        audit.record("feed.switch_off", advisor, actor=actor, now=now)


def _feed_of(advisor: Advisor) -> AgendaFeed | None:
    return AgendaFeed.objects.select_for_update().filter(advisor=advisor).first()


def token_of(feed: AgendaFeed) -> str:
    """Token of 43 characters (256 bits): HMAC-SHA256 over the feed's primary key and version."""
    return derive_token("advisors.feed", f"{feed.pk}:{feed.version}")


def feed_url(feed: AgendaFeed) -> str:
    """Address of the feed; the view is in `bookings`, which knows the talks."""
    return settings.PUBLIC_URL + reverse("bookings:feed", args=[token_of(feed)])


def webcal_url(feed: AgendaFeed) -> str:
    """Address of the feed as webcal:, which opens the calendar program of a device."""
    _scheme, _colon, rest = feed_url(feed).partition(":")
    return f"webcal:{rest}"
