"""STOP and START as they come in: each counts once, also from a number to which we never wrote.

Nothing in what Twilio signs says when it was written, so an old START that is replayed can only be known by its id.
"""

from datetime import datetime

from outbox.models import OptOut
from outbox.phone_hash import digest_of, digests_of
from outbox.sms import opt_outs

LAST = 20  # wishes of one number whose ids we remember
LENGTH = 16  # characters of a digest: the id itself would lead to the number at Twilio


def take(number: str, *, stops: bool, provider_id: str, now: datetime) -> None:
    """The caller has a transaction."""
    if not _is_new(number, provider_id, now):
        return
    if stops:
        opt_outs.stop(number, now=now)
    else:
        opt_outs.start(number, now=now)


def _is_new(number: str, provider_id: str, now: datetime) -> bool:
    """Of a number that did not stop a row says only what was heard."""
    mine, said = digest_of(number), [digest[:LENGTH] for digest in digests_of(provider_id)]
    OptOut.objects.bulk_create([OptOut(number_digest=mine, stopped_at=now, ended_at=now)], ignore_conflicts=True)
    row = OptOut.objects.select_for_update().get(number_digest=mine)
    lists = OptOut.objects.filter(number_digest__in=digests_of(number)).values_list("heard", flat=True)
    if {*said} & {one for heard in lists for one in heard}:
        return False
    OptOut.objects.filter(pk=row.pk).update(heard=[*row.heard, said[0]][-LAST:])
    return True
