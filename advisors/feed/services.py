"""An advisor's own feed: on, another address, with names or without, off."""

from datetime import datetime
from secrets import token_hex

from django.db import transaction

from advisors.feed.tokens import digest_of, token_of
from advisors.models import Advisor, AgendaFeed
from core.actors import Actor
from organisation import audit
from organisation.models import Role


def feed_by_token(token: str) -> AgendaFeed | None:
    """Of somebody who is a career advisor today; nothing for an address that is unknown or was renewed."""
    feeds = AgendaFeed.objects.select_related("advisor__user")
    holders = {"advisor__user__is_active": True, "advisor__user__grants__role": Role.ADVISOR}
    return feeds.filter(digest=digest_of(token), **holders).first()


@transaction.atomic
def switch_on(*, advisor: Advisor, actor: Actor, now: datetime) -> AgendaFeed:
    """Without names. Switching on twice is the same as once; after switching off the address is another one."""
    feed, is_new = AgendaFeed.objects.get_or_create(advisor=advisor, defaults={"digest": token_hex(32)})
    if is_new:
        feed.digest = digest_of(token_of(feed))  # the number is known only now
        feed.save(update_fields=["digest"])
        audit.record("feed.switch_on", advisor, actor=actor, now=now)
    return feed


@transaction.atomic
def renew(*, advisor: Advisor, actor: Actor, now: datetime) -> None:
    """The old address stops at once. Without a feed there is nothing to renew."""
    feed = _feed_of(advisor)
    if feed is None:
        return
    feed.version += 1
    feed.digest = digest_of(token_of(feed))
    feed.save(update_fields=["version", "digest"])
    audit.record("feed.renew", advisor, actor=actor, now=now)


@transaction.atomic
def show_names(*, advisor: Advisor, shows: bool, actor: Actor, now: datetime) -> None:
    """Whether the titles name the candidates; saying the same twice is the same as once."""
    feed = _feed_of(advisor)
    if feed is None or feed.shows_names == shows:
        return
    feed.shows_names = shows
    feed.save(update_fields=["shows_names"])
    audit.record("feed.show_names" if shows else "feed.hide_names", advisor, actor=actor, now=now)


@transaction.atomic
def switch_off(*, advisor: Advisor, actor: Actor, now: datetime) -> None:
    """The address stops at once and never comes back. Switching off twice is the same as once."""
    if AgendaFeed.objects.filter(advisor=advisor).delete()[0]:
        audit.record("feed.switch_off", advisor, actor=actor, now=now)


def _feed_of(advisor: Advisor) -> AgendaFeed | None:
    return AgendaFeed.objects.select_for_update().filter(advisor=advisor).first()
