"""Hostile requests: NUL bytes, numbers of more than 64 bits and rows that vanish; never a 500 on any page."""

import re

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse

from organisation.models import Policy
from tests.factories import NOW
from tests.test_access import ENDED, LOGIN, TABLE, addresses, data, signed_in  # noqa: F401  # a fixture

PARAMETERS = [
    "page", "tab", "name", "week", "day", "date", "month", "advisor", "advisors", "first_day", "to", "next", "state",
    "kind", "outcome", "start", "slot", "channel", "language", "since", "until", "actor", "action", "about", "q", "o",
    "status", "id", "format", "department", "vacancy", "version", "seen", "reason", "transport", "period", "starts_at",
]  # fmt: skip
DAYS = {"day", "date", "month", "first_day", "start", "slot", "since", "until", "seen", "starts_at"}
# The ends of time for days and weeks; for everything else a number of more than 64 bits, below zero and above.
ENDS = {"first": ("0001-01-01", "0001-W01", "-" + "9" * 20), "last": ("9999-12-31", "9999-W52", "9" * 20)}
ROLES = ["candidate", "advisor", "recruiter", "manager", "application_manager"]
BIG = "9" * 20
REFUSED = {401, 404, 405, LOGIN, ENDED, "admin:login"}


def opened_by(role, data):  # noqa: F811
    """Paths of the pages that this role opens; what refuses it does so before it reads a query or a key.

    A page that answers everybody alike is read once.
    """
    return [
        path
        for name, path in addresses(data)
        if TABLE[name][role] not in REFUSED and (role == ROLES[0] or len(set(TABLE[name].values())) > 1)
    ]


def failures(client, requests):
    """Paths that respond with 500 or worse; the worker's health check says 503 here."""
    client.raise_request_exception = False
    answers = {path: client.get(path, query_params=query) for path, query in requests}
    return {path: answer.status_code for path, answer in answers.items() if answer.status_code == 500}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("end", ENDS)
@time_machine.travel(NOW, tick=False)
def test_no_query_breaks_a_page(client, data, role, end):  # noqa: F811
    signed_in(client, data, role)
    day, week, number = ENDS[end]
    query = {name: week if name == "week" else day if name in DAYS else number for name in PARAMETERS}

    found = failures(client, [(path, query) for path in opened_by(role, data)])

    assert found == {}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("key", [BIG, "%00"], ids=lambda key: key[:12])
@time_machine.travel(NOW, tick=False)
def test_no_path_breaks_a_page(client, data, role, key):  # noqa: F811
    signed_in(client, data, role)
    paths = {re.sub(r"\d+|(?<=/u/)[^/]+|(?<=/stop/)[^/]+", key, path) for path in opened_by(role, data)}

    found = failures(client, [(path, {}) for path in sorted(paths)])

    assert found == {}


@pytest.mark.parametrize("value", ["\x00", BIG], ids=lambda value: value[:12])
def test_no_query_or_key_breaks_the_admin(client, data, value):  # noqa: F811
    client.force_login(data.people["application_manager"])
    requests = []
    for model, options in admin.site._registry.items():
        base = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        fields = [field.name for field in model._meta.concrete_fields]
        names = [*fields, *(f"{field}__exact" for field in fields), *options.list_filter, "q", "p", "o", "e", "status"]
        requests += [(base + f"?{name}", {str(name): value}) for name in names]
        requests += [(base + f"{value}/{page}/", {}) for page in ("change", "delete", "history")]

    found = failures(client, requests)

    assert found == {}


@pytest.mark.parametrize("path", ["/", "/rejections/?name=%00", "/privacy/?x=%00", "/api/v1/invitations?page=%00"])
def test_a_nul_in_the_query_is_a_bad_request(client, data, path):  # noqa: F811
    client.force_login(data.people["recruiter"])

    answer = client.get(path, query_params={} if "?" in path else {"a\x00": "1"})

    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_cookie_with_a_nul_counts_as_no_cookie(client):
    answer = client.get("/today/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaaaaaaaa"'})

    assert answer.status_code == 302


def test_a_row_that_vanished_meanwhile_is_not_found(client, data, monkeypatch):  # noqa: F811
    client.force_login(data.people["recruiter"])
    monkeypatch.setattr("candidates.rejections.views.rejections_for", _vanish)

    answer = client.get("/rejections/")

    assert answer.status_code == 404


def _vanish(*_args, **_options):
    raise Policy.DoesNotExist
