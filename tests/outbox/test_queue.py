import pytest
from django_q.models import OrmQ

from outbox.queue import throttled_enqueue
from outbox.services import post
from tests.factories import NOW
from tests.outbox.delivery.test_worker import draft

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_each_post_enqueues_a_delivery_task():
    post(draft(dedupe_key="one"), now=NOW)
    post(draft(dedupe_key="two"), now=NOW)

    assert OrmQ.objects.count() == 2


def test_throttle_enqueues_at_the_first_message_and_at_the_end():
    with throttled_enqueue():
        for number in range(20):
            post(draft(dedupe_key=str(number)), now=NOW)
        tasks_before_the_end = OrmQ.objects.count()

    assert (tasks_before_the_end, OrmQ.objects.count()) == (1, 2)


def test_throttle_enqueues_once_for_one_message_and_not_at_all_for_none():
    with throttled_enqueue():
        post(draft(), now=NOW)
    with throttled_enqueue():
        pass

    assert OrmQ.objects.count() == 1
