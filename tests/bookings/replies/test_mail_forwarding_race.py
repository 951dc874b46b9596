"""The same mail received by several routes and forwarded by several workers: it is sent once."""

from functools import partial

import pytest

from bookings.replies.mail_forwarding import forward_mail
from outbox.inbound.intake import receive
from outbox.models import IncomingMail, Message
from tests.factories import NOW, make_booking, make_policy
from tests.outbox.inbound.samples import INBOX, mail
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]


def test_a_mail_received_by_several_routes_is_forwarded_once(settings):
    settings.INBOX_ADDRESS = INBOX
    make_policy()
    booking = make_booking()
    calls = [partial(receive, mail(about=f"booking:{booking.pk}"), now=NOW), partial(receive, mail(to=INBOX), now=NOW)]

    answers = run_concurrently(calls * 8, threads=8)
    forwarded = run_concurrently([partial(forward_mail, now=NOW)] * 8, threads=8)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(forwarded) == 1
    assert sorted(IncomingMail.objects.values_list("about", flat=True)) == [f"booking:{booking.pk}", "house"]
    assert sorted(Message.objects.values_list("kind", flat=True)) == ["advisor_mail", "house_mail"]
