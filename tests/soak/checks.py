"""Compares what the receiving ends took with what stands in the tables. Every sentence that comes out is a fault.

A double is explained by a line that broke after the other end had taken the message, or by a worker that died between
that and the record: of each death at most one message for every worker that died. Each such row says `is_uncertain`.
A text is never doubled: Twilio is asked for it first.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from outbox.models import Message
from tests.soak.changes import of

State = Message.State
LEFT = (State.SENT, State.DELIVERED)
WITHDRAWN = Message.Reason.WITHDRAWN
RECORDED_SECONDS = 3  # within which a worker that was told "accepted" has written it down, on a machine that is busy


@dataclass
class Told:
    """What happened, as those who did it tell. Moments are of a clock that all processes share.

    `receipts`: (key, taken at, sender told at or None, begun at); `refused`: keys; `deaths`: (from, until, workers
    that died); `gives_up`: seconds after which a sender hangs up; `began_at`: when the workers were started;
    `grace`: seconds after a change in which a send may begin that had its last look before.
    """

    receipts: list
    refused: list
    changes: list
    deaths: list
    gives_up: float
    began_at: float = 0.0
    talks: list = field(default_factory=list)  # "booking:12"
    of_a_talk: int = 0  # messages, at least
    grace: float = 0.0


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
    for key, at, told_at, _begun_at in sorted(told.receipts, key=lambda receipt: receipt[1]):
        taken[key].append((at, told_at))
    books = Books(sent=len(taken), uncertain=sum(row.is_uncertain for row in rows))
    for wrong in lost(rows, taken, told):
        books.lost += 1
        books.faults.append(wrong)
    for wrong in (*claimed_late(rows, told.changes), *left_late(rows, told)):
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
    yield from untold(rows, taken, refused, withdrawn)
    posted = Counter(row.about for row in rows if not row.fallback_for_id)
    yield from (f"{about} has {posted[about]} messages" for about in told.talks if posted[about] < told.of_a_talk)


def untold(rows, taken, refused, withdrawn):
    """Letters that stood by for a text that did not arrive, and did not either."""
    letters = {row.fallback_for_id: row for row in rows if row.fallback_for_id}
    for text in rows:
        letter = letters.get(text.pk)
        has_failed = text.state == State.FAILED or (text.state == State.SUPPRESSED and text.reason != WITHDRAWN)
        if not (letter and has_failed) or place_of(letter) in taken or refused[place_of(letter)]:
            continue
        if letter.state in (State.QUEUED, State.SUPPRESSED) and letter.pk not in withdrawn:
            yield f"{letter} ({letter.kind}) is {letter.state} {letter.reason}, and {text} is {text.state}"


def claimed_late(rows, changes):
    """Sends that were claimed after the cancellation or move had committed. See `changing`."""
    for change, row, _after in before_changes(rows, changes):
        allowed = change.started.get(row.pk, 0)
        if row.attempts > allowed:
            yield f"{row} ({row.kind}) was tried {row.attempts} times, {allowed} before its talk changed"


def left_late(rows, told):
    """Sends that were claimed before, and began after it. A number that also got a text of the change tells nothing."""
    begun = defaultdict(list)
    for key, _at, _told_at, begun_at in told.receipts:
        begun[key].append(begun_at)
    for change, row, after in before_changes(rows, told.changes):
        late = [at - change.committed_at for at in begun[place_of(row)] if at > change.committed_at + told.grace]
        if late and place_of(row) not in after:
            yield f"{row} ({row.kind}) began to leave {late[-1]:.3f} seconds after its talk had changed"


def before_changes(rows, changes):
    """Each change with each message that tells how the talk was before, and the places of those that tell it since."""
    of_talk = defaultdict(list)
    for row in rows:
        of_talk[row.about].append(row)
    for change in changes:
        before = [row for row in of_talk[change.about] if of(row.dedupe_key) <= change.sequence]
        after = {place_of(row) for row in of_talk[change.about] if row not in before}
        yield from ((change, row, after) for row in before)


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
