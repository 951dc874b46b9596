"""Prepared statements return the rows that the queryset returns."""

import pytest
from django.db import connection

from advisors.models import Advisor
from bookings.availability.queries import eligible_advisor_ids, eligible_advisors
from candidates.models import AccessLink, Candidate
from core.prepared_statements import Joined, Prepared
from organisation.models import User
from tests.factories import make_advisor, make_candidate, make_invitation

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def keys_of(statement):
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return sorted(key for (key,) in cursor.fetchall())


def test_a_statement_is_compiled_once_for_all_values():
    first, second = make_advisor(), make_advisor()
    prepared = Prepared(lambda key: Advisor.objects.filter(pk=key).values("pk"), 1)

    found = [keys_of(prepared(key)) for key in (first.pk, second.pk, 0)]

    assert found == [[first.pk], [second.pk], []]


def test_values_take_their_own_places():
    first, second = make_advisor(), make_advisor()
    prepared = Prepared(lambda user, key: Advisor.objects.filter(user=user).exclude(pk=key).values("pk"), 2)

    assert keys_of(prepared(second.user_id, first.pk)) == [second.pk]
    assert keys_of(prepared(second.user_id, second.pk)) == []


def test_a_statement_refuses_a_missing_value():
    with pytest.raises(ValueError, match="shorter"):
        Prepared(lambda key: Advisor.objects.filter(pk=key).values("pk"), 1)()


def test_the_pool_is_the_same_by_queryset_and_by_statement():
    invitation = make_invitation()
    recruiter = invitation.application.rejection.recruiter
    asked, _other, _stopped = make_advisor(), make_advisor(), make_advisor(is_active=False)
    make_advisor(user=recruiter)

    assert (
        keys_of(eligible_advisor_ids(invitation))
        == sorted(eligible_advisors(invitation).values_list("pk", flat=True))
        != []
    )
    assert keys_of(eligible_advisor_ids(invitation, advisor_id=asked.pk)) == [asked.pk]
    assert keys_of(eligible_advisor_ids(invitation, advisor_id=recruiter.advisor.pk)) == []


def test_joined_rows_are_the_instances_of_the_querysets():
    advisor, advised = make_advisor(languages=["nl"]), make_advisor()
    found = Joined(
        "SELECT {advisor}, {person} FROM advisors_advisor advisor"
        " JOIN organisation_user person ON person.id = advisor.user_id WHERE advisor.id = %s",
        advisor=Advisor,
        person=User,
    )

    assert [values_of(one) for one in found(advisor.pk)] == [
        values_of(Advisor.objects.get(pk=advisor.pk)),
        values_of(User.objects.get(pk=advisor.user_id)),
    ]
    assert found(advised.pk)[0] == advised
    assert found(0) is None


def test_joined_returns_none_for_a_table_without_a_row():
    candidate = make_candidate()
    candidate.link.delete()
    found = Joined(
        "SELECT {candidate}, {link} FROM candidates_candidate candidate"
        " LEFT JOIN candidates_accesslink link ON link.candidate_id = candidate.id WHERE candidate.id = %s",
        candidate=Candidate,
        link=AccessLink,
    )

    assert found(candidate.pk) == (candidate, None)


def values_of(instance):
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}
