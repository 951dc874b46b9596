"""Bookings of a former advisor: the page warns about them and links to the takeover."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organisation.models import Role
from tests.factories import make_booking, make_policy, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.mark.parametrize("kept", [{"roles": [], "is_active": "on"}, {"roles": ["advisor"]}])
def test_bookings_of_a_former_advisor_are_taken_over_by_the_link_of_the_warning(client, kept):
    make_policy()
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    booking = make_booking(starts_at=timezone.now() + timedelta(days=3))
    user, day = booking.advisor.user, timezone.localdate(booking.starts_at)
    place = reverse("organisation:staff_member", args=[user.pk])

    client.post(place, {"name": user.name, "email": user.email} | kept)
    warning = client.get(place).text.partition("message late")[2]
    link = re.search(r'<a href="([^"]+)"', warning)[1]
    talks = client.get(link, {"colleague": booking.advisor_id, "first_day": day})

    assert [row.conflict.booking for row, *_ in talks.context["form"].rows] == [booking]
