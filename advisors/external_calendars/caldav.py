"""Optional CalDAV support: only with the extra `caldav` (see caldav_client.py)."""

from typing import TYPE_CHECKING

from advisors.external_calendars.errors import CalDavMissing
from advisors.models import ExternalCalendar
from core.encryption import decrypt

try:
    from advisors.external_calendars import caldav_client
except ImportError:  # the extra is not installed
    caldav_client = None  # type: ignore[assignment]
if TYPE_CHECKING:
    from advisors.external_calendars.caldav_client import CalDavCalendar

PURPOSE = "calendar"  # of the encrypted password


def is_installed() -> bool:
    return caldav_client is not None


def caldav_calendar_for(calendar: ExternalCalendar) -> "CalDavCalendar":
    """CalDAV client for this calendar; sends no request yet. Raises CalDavMissing, DecryptionFailed."""
    if not is_installed():
        raise CalDavMissing
    password = decrypt(calendar.sealed_password, purpose=PURPOSE) if calendar.sealed_password else ""
    account = caldav_client.CalDavAccount(address=calendar.address, username=calendar.username, password=password)
    return caldav_client.CalDavCalendar(account)
