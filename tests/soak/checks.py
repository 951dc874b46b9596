"""Compare what the receivers accepted with the rows in the outbox. Each returned sentence is a fault.

A duplicate is allowed when a connection broke after the receiver had accepted the message, or when a worker was killed
before it recorded the acceptance: at most one message per killed worker. Each such row is marked `is_uncertain`. An SMS
is never duplicated, because Twilio is asked for it first.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from outbox.models import Message
from tests.soak.changes import sequence_of

State = Message.State
LEFT = (State.SENT, State.DELIVERED)
WITHDRAWN = Message.Reason.WITHDRAWN
RECORD_SECONDS = 3  # time in which a worker records an acceptance, on a busy machine


@dataclass
class Observations:
    """Observations of a run. Times are of a monotonic clock that all processes share.

    `receipts`: (key, accepted at, sender told at or None, begun at); `refused`: keys; `deaths`: (from, until, number of
    killed workers); `gives_up`: seconds after which a sender times out; `began_at`: start of the workers;
    `final_checks`: (key, moment before a final check), when the senders note them; without them `grace`: seconds after
    a change in which a send may begin whose final check was before the change. `record_seconds`: see RECORD_SECONDS.
    """

    receipts: list
    refused: list
    changes: list
    deaths: list
    gives_up: float
    began_at: float = 0.0
    talks: list = field(default_factory=list)  # "booking:12"
    messages_per_talk: int = 0  # at least
    grace: float = 0.0
    final_checks: list = field(default_factory=list)
    record_seconds: float = RECORD_SECONDS


@dataclass
class Report:
    sent: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    stale: int = 0
    faults: list = field(default_factory=list)

    def __str__(self):
        names = ("sent", "lost", "doubled", "uncertain", "stale")
        return ", ".join(f"{getattr(self, name)} {name}" for name in names)


def check_messages(observed):
    """Report on the messages. Call it after all workers have stopped."""
    rows = list(Message.objects.defer("text", "calendar"))
    taken = defaultdict(list)
    for key, at, told_at, _begun_at in sorted(observed.receipts, key=lambda receipt: receipt[1]):
        taken[key].append((at, told_at))
    report = Report(sent=len(taken), uncertain=sum(row.is_uncertain for row in rows))
    for wrong in find_lost(rows, taken, observed):
        report.lost += 1
        report.faults.append(wrong)
    for wrong in (*find_claimed_late(rows, observed.changes), *find_sent_late(rows, observed)):
        report.stale += 1
        report.faults.append(wrong)
    report.doubled = sum(len(times) > 1 for times in taken.values())
    report.faults += [*find_doubled(rows, taken, observed), *find_unknown(rows, taken)]
    return report


def receiver_key(row):
    """Key under which the receiver knows a message."""
    return str(row.key) if row.transport == Message.Transport.MAIL else row.recipient


def find_lost(rows, taken, observed):
    """Messages that did not arrive, were not permanently refused and were not withdrawn."""
    refused = Counter(observed.refused)
    withdrawn = {pk for change in observed.changes for pk in change.started}
    for row in rows:
        is_there = receiver_key(row) in taken
        if row.state in LEFT and not is_there:
            yield f"{row} ({row.kind}) is {row.state} and nobody received it"
        elif row.state in (State.QUEUED, State.SENDING) and not row.is_dormant:
            yield f"{row} ({row.kind}) is {row.state} after the end: {row.reason} {row.attempts}"
        elif row.state == State.FAILED and not refused[receiver_key(row)]:
            yield f"{row} ({row.kind}) was given up without a refusal: {row.reason} {row.provider_code}"
        elif row.state == State.SUPPRESSED and row.pk not in withdrawn and not row.fallback_for_id:
            yield f"{row} ({row.kind}) was suppressed: {row.reason}"
    yield from find_missing_fallbacks(rows, taken, refused, withdrawn)
    posted = Counter(row.about for row in rows if not row.fallback_for_id)
    yield from (
        f"{about} has {posted[about]} messages"
        for about in observed.talks
        if posted[about] < observed.messages_per_talk
    )


def find_missing_fallbacks(rows, taken, refused, withdrawn):
    """Fallback mails that were not sent although their SMS failed."""
    letters = {row.fallback_for_id: row for row in rows if row.fallback_for_id}
    for text in rows:
        letter = letters.get(text.pk)
        has_failed = text.state == State.FAILED or (text.state == State.SUPPRESSED and text.reason != WITHDRAWN)
        if not (letter and has_failed) or receiver_key(letter) in taken or refused[receiver_key(letter)]:
            continue
        if letter.state in (State.QUEUED, State.SUPPRESSED) and letter.pk not in withdrawn:
            yield f"{letter} ({letter.kind}) is {letter.state} {letter.reason}, and {text} is {text.state}"


def find_claimed_late(rows, changes):
    """Sends that were claimed after the cancellation or move had committed. See changes.py."""
    for change, row, _after in messages_before_changes(rows, changes):
        allowed = change.started.get(row.pk, 0)
        if row.attempts > allowed:
            yield f"{row} ({row.kind}) was tried {row.attempts} times, {allowed} before its talk changed"


def find_sent_late(rows, observed):
    """Sends that were claimed before the change and began after it; not to numbers that got an SMS of the change.

    With final checks their order counts: a check that began after the commit had returned must have seen the change.
    """
    begun, checks = defaultdict(list), defaultdict(list)
    for key, at in observed.final_checks:
        checks[key].append(at)
    for key, _at, _told_at, begun_at in observed.receipts:
        begun[key].append(max((at for at in checks[key] if at <= begun_at), default=begun_at))
    for change, row, after in messages_before_changes(rows, observed.changes):
        late = [
            at - change.committed_at for at in begun[receiver_key(row)] if at > change.committed_at + observed.grace
        ]
        if late and receiver_key(row) not in after:
            yield f"{row} ({row.kind}) began to be sent {late[-1]:.3f} seconds after its talk had changed"


def messages_before_changes(rows, changes):
    """Each change with each message of the state before it, and the receiver keys of later messages."""
    of_talk = defaultdict(list)
    for row in rows:
        of_talk[row.about].append(row)
    for change in changes:
        before = [row for row in of_talk[change.about] if sequence_of(row.dedupe_key) <= change.sequence]
        after = {receiver_key(row) for row in of_talk[change.about] if row not in before}
        yield from ((change, row, after) for row in before)


def find_doubled(rows, taken, observed):
    """Duplicates without an explanation or without the mark `is_uncertain`."""
    by_key = {receiver_key(row): row for row in rows if row.attempts}
    room = [died for _began_at, _ended_at, died in observed.deaths]
    for key, times in taken.items():
        row, moments = by_key.get(key), [f"{at - times[0][0]:.2f}" for at, _told_at in times]
        if len(times) > 1 and key.startswith("+"):
            yield f"{row} was received after {moments} seconds, although Twilio can be asked for it"
        if len(times) > 1 and not (row and row.is_uncertain):
            yield f"{row} was received after {moments} seconds and is not uncertain"
        for at, told_at in times[:-1]:
            if told_at is None or told_at - at > observed.gives_up * 0.9:
                continue
            number = _death_of(at, told_at, observed, room)
            if number is None:
                died = [f"{began_at - times[0][0]:.2f}" for began_at, _ended_at, _died in observed.deaths]
                yield f"{row} was received after {moments} seconds; workers died after {died}"
            else:
                room[number] -= 1


def _death_of(at, told_at, observed, room):
    for number, (began_at, ended_at, _died) in enumerate(observed.deaths):
        if room[number] and began_at < told_at + observed.record_seconds and at < ended_at:
            return number
    return None


def find_unknown(rows, taken):
    """Received messages without a row, or received more often than tried."""
    tries = Counter()
    for row in rows:
        tries[receiver_key(row)] += row.attempts
    for key, times in taken.items():
        if len(times) > tries[key]:
            yield f"a message was received {len(times)} times and tried {tries[key]} times"
