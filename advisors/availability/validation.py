"""From stored openings to hours and back, and what makes hours unworkable."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from advisors.availability.errors import (
    LocationNeeded,
    OpeningInvalid,
    OpeningNeverOpens,
    OpeningOver,
    OpeningOverlaps,
    OpeningWithoutChannel,
    RuleNotSupported,
    TooManyOpenings,
    VideoRoomNeeded,
)
from advisors.availability.opening_hours import Hours, overlap_of
from advisors.availability.recurrence import RuleNotUnderstood, checked_rule
from advisors.models import Opening, TalkChannel

MOST_OPENINGS = 100  # of one advisor, that are not over: reading them all stays quick


def hours_of(opening: Opening) -> Hours:
    """As they were entered, also where a channel does not work (see `advisors.queries.channels_that_work`)."""
    return Hours(
        weekday=opening.weekday,
        starts=opening.starts,
        ends=opening.ends,
        channels=frozenset(opening.channels),
        location_id=opening.location_id,
        rule=opening.rule,
        day=opening.day,
        replaces=opening.replaces,
        valid_from=opening.valid_from,
        valid_until=opening.valid_until,
        languages=frozenset(opening.languages) or None,
        length=_length(opening.session_minutes),
        before=_length(opening.buffer_before_minutes),
        buffer=_length(opening.buffer_minutes),
        step=_length(opening.step_minutes),
    )


def fill(opening: Opening, hours: Hours) -> Opening:
    """The opening with these hours; nothing is stored."""
    opening.weekday, opening.starts, opening.ends = hours.weekday, hours.starts, hours.ends
    opening.channels = [channel for channel in TalkChannel.values if channel in hours.channels]
    opening.location_id = hours.location_id
    opening.rule, opening.day, opening.replaces = hours.rule, hours.day, hours.replaces
    opening.valid_from, opening.valid_until = hours.valid_from, hours.valid_until
    opening.languages = sorted(hours.languages or ())
    opening.session_minutes, opening.step_minutes = _minutes(hours.length), _minutes(hours.step)
    opening.buffer_before_minutes, opening.buffer_minutes = _minutes(hours.before), _minutes(hours.buffer)
    return opening


def checked(opening: Opening, hours: Hours, *, now: datetime) -> Hours:
    """These hours as they would be kept, whatever other hours there are; to be asked before anybody's agenda is locked.

    Raises OpeningInvalid, OpeningNeverOpens, OpeningOver, OpeningWithoutChannel, LocationNeeded, VideoRoomNeeded,
    RuleNotSupported.
    """
    today = _today(opening, now)
    if hours.ends <= hours.starts:
        raise OpeningInvalid
    if hours.valid_from and hours.valid_until and hours.valid_until < hours.valid_from:
        raise OpeningNeverOpens
    if hours.day is not None and hours.day < today:
        raise OpeningOver
    _refuse_channels(opening, hours)
    return _with_rule(replace(hours, valid_from=hours.valid_from or today)) if hours.rule else hours


def workable(opening: Opening, hours: Hours, *, now: datetime) -> Hours:
    """These hours as they would be kept for the opening, which may be new, beside the others.

    Raises what `checked` does, TooManyOpenings, OpeningOverlaps.
    """
    hours, today = checked(opening, hours, now=now), _today(opening, now)
    others = Opening.objects.filter(advisor_id=opening.advisor_id).exclude(pk=opening.pk)
    others = others.exclude(Q(day__lt=today) | Q(valid_until__lt=today))
    known = tuple(hours_of(other) for other in others)
    if opening._state.adding and len(known) >= MOST_OPENINGS:
        raise TooManyOpenings
    if found := overlap_of(hours, known, since=today):
        day, other = found
        raise OpeningOverlaps(day=day, starts=other.starts, ends=other.ends)
    return hours


def _today(opening: Opening, now: datetime) -> date:
    return now.astimezone(ZoneInfo(opening.advisor.time_zone)).date()


def _refuse_channels(opening: Opening, hours: Hours) -> None:
    if not hours.channels:
        raise OpeningWithoutChannel
    if TalkChannel.ONSITE in hours.channels and hours.location_id is None:
        raise LocationNeeded
    if TalkChannel.VIDEO in hours.channels and not opening.advisor.video_url:
        raise VideoRoomNeeded


def _with_rule(hours: Hours) -> Hours:
    assert hours.valid_from is not None
    try:
        return replace(hours, rule=checked_rule(hours.rule, first=hours.valid_from))
    except RuleNotUnderstood as error:
        raise RuleNotSupported(part=error.part) from error


def _length(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _minutes(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds()) // 60
