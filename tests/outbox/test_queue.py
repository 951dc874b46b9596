import pytest
from django_q.models import OrmQ

from outbox.queue import woken_now_and_then
from outbox.services import post
from tests.factories import NOW
from tests.outbox.delivery.test_worker import draft

pytestmark = pytest.mark.django_db


def test_each_wish_that_is_posted_wakes_a_worker():
    post(draft(dedupe_key="one"), now=NOW)
    post(draft(dedupe_key="two"), now=NOW)

    assert OrmQ.objects.count() == 2


def test_who_posts_many_calls_at_the_first_and_at_the_end():
    with woken_now_and_then():
        for number in range(20):
            post(draft(dedupe_key=str(number)), now=NOW)
        calls_before_the_end = OrmQ.objects.count()

    assert (calls_before_the_end, OrmQ.objects.count()) == (1, 2)


def test_who_posts_one_calls_once_and_who_posts_none_not_at_all():
    with woken_now_and_then():
        post(draft(), now=NOW)
    with woken_now_and_then():
        pass

    assert OrmQ.objects.count() == 1
