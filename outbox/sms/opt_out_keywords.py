"""STOP and START as they come in, each processed once, also from a number that we never wrote to.

Twilio signs no time, so a START that is replayed later can only be recognised by its id.
"""

from datetime import datetime

from outbox.models import OptOut
from outbox.phone_hash import keyed_digest, keyed_digests
from outbox.sms import opt_outs

KEPT_IDS = 20  # per number
DIGEST_LENGTH = 16  # characters of a digest; the id itself would lead to the number at Twilio


def apply_keyword(number: str, *, stops: bool, provider_id: str, now: datetime) -> None:
    """Opt the number out or in, unless this SMS was processed before. The caller has a transaction."""
    if not _remember(number, provider_id, now):
        return
    if stops:
        opt_outs.opt_out(number, now=now)
    else:
        opt_outs.opt_in(number, now=now)


def _remember(number: str, provider_id: str, now: datetime) -> bool:
    """Store the id of the SMS; False when it was stored before. A new row for this is not an opt-out: it has ended."""
    number_digest = keyed_digest(number)
    id_digests = [digest[:DIGEST_LENGTH] for digest in keyed_digests(provider_id)]
    new = OptOut(number_digest=number_digest, stopped_at=now, ended_at=now)
    OptOut.objects.bulk_create([new], ignore_conflicts=True)
    row = OptOut.objects.select_for_update().get(number_digest=number_digest)
    lists = OptOut.objects.filter(number_digest__in=keyed_digests(number)).values_list("heard", flat=True)
    if {*id_digests} & {digest for heard in lists for digest in heard}:
        return False
    OptOut.objects.filter(pk=row.pk).update(heard=[*row.heard, id_digests[0]][-KEPT_IDS:])
    return True
