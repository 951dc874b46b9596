"""Fill django-appointment like fixtures.py fills our database: fifteen hours a week, one slot in eleven booked.

`python peer_stage.py ADVISORS CLIENTS` prints JSON.
"""

import json
import sys
from datetime import datetime, time, timedelta
from importlib.metadata import version

import django

django.setup()  # before models are imported

from appointment.models import Appointment, AppointmentRequest, Config, Service, StaffMember, WorkingHours  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

OPENS, CLOSES = time(9), time(12)
TALK, TALK_AND_BUFFER = timedelta(minutes=20), timedelta(minutes=30)
DAYS = 30
WORKDAYS = range(1, 6)  # 0 is Sunday


@transaction.atomic
def stage(advisors, clients):
    Config.objects.create(slot_duration=30, lead_time=OPENS, finish_time=CLOSES, slot_gap_time=10, website_name="Peer")
    service = Service.objects.create(name="Advies", duration=TALK, price=0)
    staff = [_member(number, service) for number in range(advisors)]
    starts = [(member, start) for start in _starts() for member in staff]
    client = get_user_model().objects.create_user("client", "client@peer.example", "x")
    for member, start in starts[::11]:
        request = _request(service, member, start)
        Appointment.objects.create(client=client, appointment_request=request, phone="+31612345678")
    return {
        "version": version("django-appointment"),
        "service": service.pk,
        "staff": staff[0].pk,
        "days": sorted({start.date().isoformat() for _member, start in starts}),
        "sessions": [_signed_in(number) for number in range(clients)],
    }


def _member(number, service):
    user = get_user_model().objects.create_user(f"staff{number}", f"staff{number}@peer.example", "x", first_name="A")
    member = StaffMember.objects.create(user=user)
    member.services_offered.add(service)
    for day in WORKDAYS:
        WorkingHours.objects.create(staff_member=member, day_of_week=day, start_time=OPENS, end_time=CLOSES)
    return member


def _starts():
    today = timezone.localdate()
    for day in (today + timedelta(days=number) for number in range(1, DAYS + 1)):
        start = datetime.combine(day, OPENS)
        while day.isoweekday() in WORKDAYS and start.time() < CLOSES:
            yield start
            start += TALK_AND_BUFFER


def _request(service, member, start):
    when = {"date": start.date(), "start_time": start.time(), "end_time": (start + TALK).time()}
    return AppointmentRequest.objects.create(service=service, staff_member=member, **when)


def _signed_in(number):
    """Session of a signed-in client. Each client books once, so that no session grows."""
    user = get_user_model().objects.create(username=f"client{number}", email=f"client{number}@peer.example")
    user.set_unusable_password()
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    user.save()
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


if __name__ == "__main__":
    json.dump(stage(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
