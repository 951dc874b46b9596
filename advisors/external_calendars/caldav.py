"""CalDAV, where the extra `caldav` is installed; see advisors/calendars/dav_client.py."""

from typing import TYPE_CHECKING

from advisors.external_calendars.errors import CalDavMissing
from advisors.models import OtherCalendar
from core.encryption import unseal

try:
    from advisors.external_calendars import caldav_client as dav_client
except ImportError:  # a site without the extra does without CalDAV
    dav_client = None  # type: ignore[assignment]
if TYPE_CHECKING:
    from advisors.external_calendars.caldav_client import DavCalendar

PURPOSE = "calendar"  # of the sealed password


def is_installed() -> bool:
    return dav_client is not None


def dav_calendar_of(calendar: OtherCalendar) -> "DavCalendar":
    """Nothing is asked of the server yet. Raises CalDavMissing, SealBroken."""
    if not is_installed():
        raise CalDavMissing
    password = unseal(calendar.sealed_password, purpose=PURPOSE) if calendar.sealed_password else ""
    account = dav_client.Account(address=calendar.address, username=calendar.username, password=password)
    return dav_client.DavCalendar(account)
