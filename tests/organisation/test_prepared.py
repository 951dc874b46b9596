"""What Django wrote once gives what Django gives."""

import pytest
from django.db import connection

from advisors.models import Advisor
from bookings.queries import pool_in_sql, pool_of
from organisation.prepared import Prepared
from tests.factories import make_advisor, make_invitation

pytestmark = pytest.mark.django_db


def keys_of(statement):
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return sorted(key for (key,) in cursor.fetchall())


def test_the_same_shape_serves_every_value():
    first, second = make_advisor(), make_advisor()
    prepared = Prepared(lambda key: Advisor.objects.filter(pk=key).values("pk"), 1)

    found = [keys_of(prepared(key)) for key in (first.pk, second.pk, 0)]

    assert found == [[first.pk], [second.pk], []]


def test_values_go_where_they_belong():
    first, second = make_advisor(), make_advisor()
    prepared = Prepared(lambda user, key: Advisor.objects.filter(user=user).exclude(pk=key).values("pk"), 2)

    assert keys_of(prepared(second.user_id, first.pk)) == [second.pk]
    assert keys_of(prepared(second.user_id, second.pk)) == []


def test_a_statement_wants_all_its_values():
    with pytest.raises(ValueError, match="shorter"):
        Prepared(lambda key: Advisor.objects.filter(pk=key).values("pk"), 1)()


def test_the_pool_is_the_same_in_either_way():
    invitation = make_invitation()
    recruiter = invitation.application.rejection.recruiter
    asked, _other, _stopped = make_advisor(), make_advisor(), make_advisor(is_active=False)
    make_advisor(user=recruiter)

    assert keys_of(pool_in_sql(invitation)) == sorted(pool_of(invitation).values_list("pk", flat=True)) != []
    assert keys_of(pool_in_sql(invitation, advisor_id=asked.pk)) == [asked.pk]
    assert keys_of(pool_in_sql(invitation, advisor_id=recruiter.advisor.pk)) == []
