"""Validation of opening hours, and the conversion between `Opening` and `Hours`."""

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
from advisors.availability.opening_hours import Hours, first_overlap
from advisors.availability.recurrence import RuleNotUnderstood, checked_rule
from advisors.models import Opening, TalkChannel

MAX_OPENINGS = 100  # current ones of one advisor, so that reading all of them stays fast


def to_hours(opening: Opening) -> Hours:
    """Hours as they were entered, including channels that do not work now (see `usable_channels`)."""
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


def apply_hours(opening: Opening, hours: Hours) -> Opening:
    """Copy the hours into the opening, without saving it."""
    opening.weekday, opening.starts, opening.ends = hours.weekday, hours.starts, hours.ends
    opening.channels = [channel for channel in TalkChannel.values if channel in hours.channels]
    opening.location_id = hours.location_id
    opening.rule, opening.day, opening.replaces = hours.rule, hours.day, hours.replaces
    opening.valid_from, opening.valid_until = hours.valid_from, hours.valid_until
    opening.languages = sorted(hours.languages or ())
    opening.session_minutes, opening.step_minutes = _minutes(hours.length), _minutes(hours.step)
    opening.buffer_before_minutes, opening.buffer_minutes = _minutes(hours.before), _minutes(hours.buffer)
    return opening


def validate_hours(opening: Opening, hours: Hours, *, now: datetime) -> Hours:
    """Hours as they would be stored; does not look at other hours. Call it before the agenda is locked.

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


def validate_with_others(opening: Opening, hours: Hours, *, now: datetime) -> Hours:
    """Hours as they would be stored for this opening (which may be new), compared with the other hours.

    Raises what `validate_hours` raises, TooManyOpenings, OpeningOverlaps.
    """
    hours, today = validate_hours(opening, hours, now=now), _today(opening, now)
    others = Opening.objects.filter(advisor_id=opening.advisor_id).exclude(pk=opening.pk)
    others = others.exclude(Q(day__lt=today) | Q(valid_until__lt=today))
    known = tuple(to_hours(other) for other in others)
    if opening._state.adding and len(known) >= MAX_OPENINGS:
        raise TooManyOpenings
    if found := first_overlap(hours, known, since=today):
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
