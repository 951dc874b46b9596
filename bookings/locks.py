"""Row locks. Lock order: advisors in key order, then the invitation, then the booking."""

from bookings.models import Invitation
from core.prepared_statements import Prepared, row_of

_LOCKED = Prepared(lambda pk: Invitation.objects.select_for_update(no_key=True).filter(pk=pk), 1)


def lock_invitation(invitation_id: int) -> Invitation:
    """Lock and return the invitation with its current values, inside the caller's transaction.

    Raises Invitation.DoesNotExist.
    """
    found = row_of(Invitation, _LOCKED(invitation_id))
    if found is None:
        raise Invitation.DoesNotExist
    return found
