"""Locks an invitation: after the agenda, before the booking (design.md, An advisor's time is one table)."""

from bookings.models import Invitation
from core.prepared_statements import Prepared, row_of

_LOCKED = Prepared(lambda pk: Invitation.objects.select_for_update(no_key=True).filter(pk=pk), 1)


def lock_invitation(invitation_id: int) -> Invitation:
    """As it is now. The caller has a transaction."""
    found = row_of(Invitation, _LOCKED(invitation_id))
    if found is None:
        raise Invitation.DoesNotExist
    return found
