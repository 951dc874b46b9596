import pytest
from django.urls import reverse

from candidates.access.services import address_for
from candidates.access.tokens import token_of
from candidates.models import Candidate
from organisation.models import AuditEvent
from tests.factories import make_candidate

pytestmark = pytest.mark.django_db
PAGE = "/my/time-zone/"


@pytest.fixture
def candidate(client):
    candidate = make_candidate()
    address_for(candidate, "")
    link = candidate.link
    client.get(reverse("candidates:open_link", args=[token_of(link.key, link.version), ""]))
    return candidate


def test_a_candidate_chooses_a_zone_and_returns_to_the_page_before(client, candidate):
    answer = client.post(PAGE, {"time_zone": "Europe/London", "next": "/my/invitations/3/book/"})

    assert (answer.status_code, answer["Location"]) == (302, "/my/invitations/3/book/")
    assert Candidate.objects.get().time_zone == "Europe/London"
    assert AuditEvent.objects.filter(action="candidate.choose_zone", actor=f"candidate:{candidate.pk}").count() == 1


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/my/", "/rejections/", ""])
def test_only_own_pages_are_returned_to(client, candidate, next_page):
    answer = client.post(PAGE, {"time_zone": "Europe/London", "next": next_page})

    assert answer["Location"] == reverse("bookings:home")


def test_a_zone_that_does_not_exist_is_not_kept(client, candidate):
    answer = client.post(PAGE, {"time_zone": "Europe/Atlantis", "next": ""})

    assert answer.status_code == 400
    assert Candidate.objects.get().time_zone == "Europe/Amsterdam"
