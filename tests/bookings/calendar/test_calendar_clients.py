"""Calendars end in the right state, in whatever order and however often they get our objects.

The objects are parsed by libical and ical.js, which we did not write, into a test calendar that follows RFC 5546;
libical itself (icalclassify) also judges every object against the state of a calendar.
"""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.location_changes import announce_location_changes
from bookings.appointments.move import move_booking
from bookings.reassignment.reassign import reassign_booking
from core.actors import SYSTEM
from outbox.models import Message
from tests.calendar_oracles import all_kept_by_libical, all_read_by_ical_js, all_read_by_libical
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking_request,
    make_invitation,
    make_location,
    make_opening,
    make_policy,
)

pytestmark = pytest.mark.django_db
PARSERS = [all_read_by_ical_js, all_read_by_libical]
SENT = {"state": "sent", "sent_at": NOW}


class Calendar:
    """One mailbox's, by RFC 5546, 2.1.5: of two objects the higher SEQUENCE counts, of equal ones the later DTSTAMP;
    what was cancelled stays known, so that an older object does not bring it back."""

    def __init__(self):
        self.known = {}

    def take(self, one):
        known = self.known.get(one["uid"])
        if known is None or rank(known) < rank(one):
            assert known is None or known["organiser"] == one["organiser"]  # nobody else may change it
            self.known[one["uid"]] = one

    @property
    def events(self):
        return [seen(one) for one in self.known.values() if one["method"] == "REQUEST"]


def rank(one):
    return one["sequence"], one["stamped_at"]


def seen(one):
    return one["starts_at"], one["ends_at"], one["location"]


class Simulation:
    """Books and changes one talk, and keeps what left for whom. Each change is `step` later than the one before."""

    def __init__(self, *, step, sends_at_once=True):
        make_policy()
        self.place = make_location(room="Route 1")
        self.first, self.second = (self.advisor() for _number in range(2))
        self.now, self.step, self.sends_at_once = NOW, step, sends_at_once
        self.booking, self.posts = None, {}

    def advisor(self):
        advisor = make_advisor(hours=False)
        for weekday in (1, 2):
            make_opening(advisor=advisor, weekday=weekday, location=self.place)
        return advisor

    def do(self, change):
        getattr(self, change)()
        self.now += self.step
        if self.sends_at_once:
            self.send()

    def send(self):
        waiting = Message.objects.filter(state="queued").exclude(calendar="").order_by("pk")
        for recipient, calendar in waiting.values_list("recipient", "calendar"):
            self.posts.setdefault(recipient, []).append(calendar)
        waiting.update(**SENT)

    def book(self):
        wish = make_booking_request(advisor=self.first, channel="onsite")
        self.booking = book(invitation=make_invitation(), request=wish, actor=CANDIDATE, now=self.now)

    def move(self):
        wish = make_booking_request(WEDNESDAY_TEN, advisor=self.first, channel="onsite")
        move_booking(booking=self.booking, request=wish, actor=CANDIDATE, now=self.now)

    def change_place(self):
        self.place.room = "Route 2"
        self.place.save()
        announce_location_changes(now=self.now)

    def hand_over(self):
        self._hand_to(self.second)

    def hand_back(self):
        self._hand_to(self.first)

    def cancel(self):
        cancel_booking(booking=self.booking, by="candidate", actor=CANDIDATE, now=self.now)

    def _hand_to(self, advisor):
        self.booking.refresh_from_db()
        reassign_booking(booking=self.booking, to_advisor_id=advisor.pk, remark="", actor=SYSTEM, now=self.now)

    def mailboxes(self):
        return [self.posts.get(one, []) for one in (self.booking.candidate.email, *self.advisors())]

    def advisors(self):
        return self.first.user.email, self.second.user.email


def orders(objects):
    """Every order, each as it is, with every object twice in a row, and with all of them once more afterwards."""
    for order in permutations(objects):
        yield order
        yield [one for one in order for _time in range(2)]
        yield [*order, *order]


def ends_of(objects):
    """What a calendar may end with; one thing, when the order does not matter."""
    ends = set()
    for order in orders(objects):
        calendar = Calendar()
        for one in order:
            calendar.take(one)
        ends.add(tuple(calendar.events))
    return ends


def moment(parse, at):
    return at.strftime("%Y%m%dT%H%M%SZ" if parse is all_read_by_libical else "%Y-%m-%dT%H:%M:%S.000Z")


def event(parse, starts_at, room):
    ends_at = starts_at + timedelta(minutes=20)
    return moment(parse, starts_at), moment(parse, ends_at), f"{room}"


TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LIFE = ["book", "move", "change_place", "hand_over", "cancel"]
# After each change: what stands with the candidate, the first and the second advisor.
STANDS = [
    ((TUESDAY, "Route 1"),) * 2 + (None,),
    ((WEDNESDAY_TEN, "Route 1"),) * 2 + (None,),
    ((WEDNESDAY_TEN, "Route 2"),) * 2 + (None,),
    ((WEDNESDAY_TEN, "Route 2"), None, (WEDNESDAY_TEN, "Route 2")),
    (None, None, None),
]
BACK = ["book", "hand_over", "hand_back"]


@pytest.mark.oracle
@pytest.mark.parametrize("step", [timedelta(), timedelta(hours=1)], ids=["within a second", "an hour apart"])
@pytest.mark.parametrize("parse", PARSERS)
def test_calendars_agree_after_every_change_in_any_order(parse, step):
    simulation, counts = lived(step)

    read = read_with(parse, simulation)

    assert counts[-1] == [5, 4, 2]
    for count, stands in zip(counts, STANDS, strict=True):
        ends = [ends_of(objects[:number]) for objects, number in zip(read, count, strict=True)]
        assert ends == [{expected(parse, simulation, one)} for one in stands]


@pytest.mark.oracle
@pytest.mark.parametrize("step", [timedelta(), timedelta(hours=1)], ids=["within a second", "an hour apart"])
def test_libical_accepts_the_same_final_state_in_any_order(step):
    simulation, counts = lived(step)

    ends = ends_at_libical(simulation, counts, orders)

    assert ends == [[{expected(all_read_by_libical, simulation, one)} for one in stands] for stands in STANDS]


@pytest.mark.oracle
def test_libical_accepts_a_booking_that_is_reassigned_back():
    """In the order in which it left, also twice: to libical a CANCEL always cancels, however late it comes."""
    simulation = Simulation(step=timedelta())
    for change in BACK:
        simulation.do(change)

    all_of_them = [len(objects) for objects in simulation.mailboxes()]
    [ends] = ends_at_libical(simulation, [all_of_them], lambda places: list(orders(places))[:3])

    stands = ((TUESDAY, "Route 1"), (TUESDAY, "Route 1"), None)
    assert ends == [{expected(all_read_by_libical, simulation, one)} for one in stands]


@pytest.mark.oracle
@pytest.mark.parametrize("parse", PARSERS)
def test_booking_that_is_reassigned_back_is_in_the_first_calendar_only(parse):
    simulation = Simulation(step=timedelta())
    for change in BACK:
        simulation.do(change)

    ends = [ends_of(objects) for objects in read_with(parse, simulation)]

    assert ends == [{expected(parse, simulation, one)} for one in ((TUESDAY, "Route 1"), (TUESDAY, "Route 1"), None)]


@pytest.mark.oracle
@pytest.mark.parametrize(("life", "stands"), [(LIFE[:4], STANDS[3]), (LIFE, STANDS[4])])
def test_calendars_agree_when_queued_messages_were_cancelled(life, stands):
    simulation = Simulation(step=timedelta(minutes=1), sends_at_once=False)
    for change in life:
        simulation.do(change)
    simulation.send()

    ends = [ends_of(objects) for objects in read_with(all_read_by_ical_js, simulation)]

    assert ends == [{expected(all_read_by_ical_js, simulation, one)} for one in stands]


def lived(step):
    """A simulation with a talk that had its whole life, and how much each calendar got until each change."""
    simulation, counts = Simulation(step=step), []
    for change in LIFE:
        simulation.do(change)
        counts.append([len(objects) for objects in simulation.mailboxes()])
    return simulation, counts


def ends_at_libical(simulation, counts, orders_of):
    """As `ends_of`, after each count, but what an object does to a calendar is decided by libical."""
    boxes = [(box, number) for count in counts for box, number in enumerate(count)]
    raw, read = simulation.mailboxes(), read_with(all_read_by_libical, simulation)
    kept = all_kept_by_libical([(raw[box][:number], list(orders_of(range(number)))) for box, number in boxes])
    ends = [
        {() if place is None else (seen(read[box][place]),) for place in places}
        for (box, _number), places in zip(boxes, kept, strict=True)
    ]
    return [ends[start : start + len(raw)] for start in range(0, len(ends), len(raw))]


def expected(parse, simulation, stands):
    if stands is None:
        return ()
    starts_at, room = stands
    place = simulation.place
    return (event(parse, starts_at, f"{place.name}, {place.address}, {place.city}, {room}"),)


def read_with(parse, simulation):
    """All objects in one process, by mailbox."""
    mailboxes = simulation.mailboxes()
    flat = iter(parse([one for objects in mailboxes for one in objects]))
    return [[next(flat) for _one in objects] for objects in mailboxes]
