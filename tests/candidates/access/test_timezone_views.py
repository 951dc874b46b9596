import pytest
from django.urls import reverse

from candidates.access.services import link_url_for
from candidates.access.tokens import link_token
from candidates.models import Candidate
from organisation.models import AuditEvent
from tests.factories import make_candidate

pytestmark = pytest.mark.django_db
PAGE = "/my/time-zone/"


@pytest.fixture
def candidate(client):
    candidate = make_candidate()
    link_url_for(candidate, "")
    link = candidate.link
    client.get(reverse("candidates:open_link", args=[link_token(link.key, link.version), ""]))
    return candidate


def test_time_zone_is_stored_and_the_previous_page_opens(client, candidate):
    answer = client.post(PAGE, {"time_zone": "Europe/London", "next": "/my/invitations/3/book/"})

    assert (answer.status_code, answer["Location"]) == (302, "/my/invitations/3/book/")
    assert Candidate.objects.get().time_zone == "Europe/London"
    assert AuditEvent.objects.filter(action="candidate.choose_zone", actor=f"candidate:{candidate.pk}").count() == 1


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/my/", "/rejections/", ""])
def test_time_zone_redirects_to_own_pages_only(client, candidate, next_page):
    answer = client.post(PAGE, {"time_zone": "Europe/London", "next": next_page})

    assert answer["Location"] == reverse("bookings:home")


def test_an_unknown_time_zone_is_not_stored(client, candidate):
    answer = client.post(PAGE, {"time_zone": "Europe/Atlantis", "next": ""})

    assert answer.status_code == 400
    assert Candidate.objects.get().time_zone == "Europe/Amsterdam"
