"""Compares what the receiving ends took with what stands in the tables. Every sentence that comes out is a fault.

A double is explained by a line that broke after the other end had taken the message, or by a worker that died between
that and the record: of each death at most one message for every worker that died. Each such row says `is_uncertain`.
A text is never doubled: Twilio is asked for it first.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from outbox.models import Message
from tests.soak.changing import of

State = Message.State
LEFT = (State.SENT, State.DELIVERED)
RECORDED_SECONDS = 3  # within which a worker that was told "accepted" has written it down, on a machine that is busy


@dataclass
class Told:
    """What happened, as those who did it tell. Moments are of a clock that all processes share.

    `receipts`: (key, taken at, sender told at or None); `refused`: keys; `deaths`: (from, until, workers that died);
    `gives_up`: seconds after which a sender hangs up; `began_at`: when the workers were started.
    """

    receipts: list
    refused: list
    changes: list
    deaths: list
    gives_up: float
    began_at: float = 0.0
    talks: list = field(default_factory=list)  # "booking:12"
    of_a_talk: int = 0  # messages, at least


@dataclass
class Books:
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    stale: int = 0
    faults: list = field(default_factory=list)

    def __str__(self):
        names = ("sent", "lost", "doubled", "uncertain", "stale")
        return ", ".join(f"{getattr(self, name)} {name}" for name in names)


def books_of(told):
    """Nobody may be working any more."""
    rows = list(Message.objects.defer("text", "calendar"))
    taken = defaultdict(list)
    for key, at, told_at in sorted(told.receipts, key=lambda receipt: receipt[1]):
        taken[key].append((at, told_at))
    books = Books(sent=len(taken), uncertain=sum(row.is_uncertain for row in rows))
    for wrong in lost(rows, taken, told):
        books.lost += 1
        books.faults.append(wrong)
    for wrong in stale(rows, told.changes):
        books.stale += 1
        books.faults.append(wrong)
    books.doubled = sum(len(times) > 1 for times in taken.values())
    books.faults += [*doubled(rows, taken, told), *unknown(rows, taken)]
    return books


def place_of(row):
    """Under which key the receiving end knows it."""
    return str(row.key) if row.channel == Message.Channel.MAIL else row.recipient


def lost(rows, taken, told):
    """Should have arrived, and did not. What is refused for good must say so; what was withdrawn need not arrive."""
    refused = Counter(told.refused)
    withdrawn = {pk for change in told.changes for pk in change.started}
    for row in rows:
        is_there = place_of(row) in taken
        if row.state in LEFT and not is_there:
            yield f"{row} ({row.kind}) is {row.state} and nobody received it"
        elif row.state in (State.QUEUED, State.SENDING) and not row.is_standby:
            yield f"{row} ({row.kind}) is {row.state} after the end: {row.reason} {row.attempts}"
        elif row.state == State.FAILED and not refused[place_of(row)]:
            yield f"{row} ({row.kind}) was given up without a refusal: {row.reason} {row.provider_code}"
        elif row.state == State.SUPPRESSED and row.pk not in withdrawn and not row.fallback_for_id:
            yield f"{row} ({row.kind}) was suppressed: {row.reason}"
    posted = Counter(row.about for row in rows if not row.fallback_for_id)
    yield from (f"{about} has {posted[about]} messages" for about in told.talks if posted[about] < told.of_a_talk)


def stale(rows, changes):
    """Sends that started after the cancellation or move had committed. See `changing`."""
    of_talk = defaultdict(list)
    for row in rows:
        of_talk[row.about].append(row)
    for change in changes:
        for row in of_talk[change.about]:
            allowed = change.started.get(row.pk, 0)
            if of(row.dedupe_key) <= change.sequence and row.attempts > allowed:
                yield f"{row} ({row.kind}) was tried {row.attempts} times, {allowed} before its talk changed"


def doubled(rows, taken, told):
    """Doubles that nothing explains, or that are not marked."""
    of_place = {place_of(row): row for row in rows if row.attempts}
    room = [died for _began_at, _ended_at, died in told.deaths]
    for key, times in taken.items():
        row, moments = of_place.get(key), [f"{at - times[0][0]:.2f}" for at, _told_at in times]
        if len(times) > 1 and key.startswith("+"):
            yield f"{row} was received after {moments} seconds, although Twilio can be asked for it"
        if len(times) > 1 and not (row and row.is_uncertain):
            yield f"{row} was received after {moments} seconds and is not uncertain"
        for at, told_at in times[:-1]:
            if told_at is None or told_at - at > told.gives_up * 0.9:
                continue
            number = _death_of(at, told_at, told.deaths, room)
            if number is None:
                died = [f"{began_at - times[0][0]:.2f}" for began_at, _ended_at, _died in told.deaths]
                yield f"{row} was received after {moments} seconds; workers died after {died}"
            else:
                room[number] -= 1


def _death_of(at, told_at, deaths, room):
    for number, (began_at, ended_at, _died) in enumerate(deaths):
        if room[number] and began_at < told_at + RECORDED_SECONDS and at < ended_at:
            return number
    return None


def unknown(rows, taken):
    """What arrived is a row that was tried at least as often."""
    tries = Counter()
    for row in rows:
        tries[place_of(row)] += row.attempts
    for key, times in taken.items():
        if len(times) > tries[key]:
            yield f"a message was received {len(times)} times and tried {tries[key]} times"
