from datetime import timedelta

import pytest

from outbox import circuit_breaker
from outbox.delivery.worker import deliver_due
from outbox.models import Message, Outage
from tests.factories import NOW, make_message, make_text
from tests.stand_ins import mail_server, point_to

pytestmark = pytest.mark.django_db
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def attempts():
    return list(Message.objects.order_by("pk").values_list("attempts", flat=True))


def test_a_channel_whose_provider_is_away_is_left_alone_until_the_next_minute(settings):
    point_to(settings, 1)  # nobody answers there
    make_message(), make_message(), make_text()

    sent = [deliver_due(now=NOW + after) for after in (0 * SECOND, SECOND, 49 * SECOND, MINUTE)]

    assert (sent, attempts()) == ([1, 0, 0, 0], [1, 1, 1])


def test_one_mail_that_breaks_the_line_after_others_have_left_keeps_nobody(settings):
    _first, second, _third = make_message(), make_message(), make_message()
    with mail_server(settings, decides=lambda key, times: "close" if str(second.key) in key else "accept"):
        sent = [deliver_due(now=NOW), deliver_due(now=NOW + SECOND)]

    assert (sent, attempts(), Outage.objects.count()) == ([1, 1], [1, 1, 1], 0)


def test_an_outage_that_was_noted_by_a_clock_that_was_ahead_keeps_nobody():
    circuit_breaker.note("mail", now=NOW + HOUR)

    assert circuit_breaker.away(NOW) == set()
