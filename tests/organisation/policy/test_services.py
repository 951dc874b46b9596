from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from core.actors import Actor
from core.gsm7 import FIRST_NAME_LENGTH, LONGEST_TEMPLATE, fits, max_short_name_length, normalise, septets
from core.phones import country_choices
from organisation.errors import AddressDoesNotFit, TextDoesNotFit
from organisation.models import AuditEvent, Policy
from organisation.policy.forms import PolicyForm
from organisation.policy.services import change_policy
from outbox.templates import render_plain
from tests.factories import NOW, make_policy

BOSS = Actor(key="user:1", origin="web")
TEXTS = sorted(path.name for path in Path("templates/bookings/letters").glob("sms_*.txt"))
ROOM = "https://video.example/kamer"  # in no SMS, but the text depends on whether there is one
NO_VALUES = {"org_short": "", "time": "", "advisor_name": "", "short_url": "", "video_url": ROOM}


def rendered(name, **values):
    letter, language, _txt = name.split(".")
    return normalise(render_plain(f"bookings/{letter}", language=language, context=NO_VALUES | values))


def written(name):
    """Text of the template without its values; spaces stay."""
    marked = rendered(name, org_short="#", time="#", advisor_name="#", short_url="#")
    return septets(marked.replace("#", ""))


def test_the_longest_text_is_the_longest_of_all_sms():
    assert max(written(name) for name in TEXTS) == LONGEST_TEMPLATE


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("host", ["http://localhost:8000", "https://spreekuur.ziekenhuis-oostmeer.example"])
@pytest.mark.parametrize("room", [ROOM, ""])
def test_every_sms_fits_with_the_longest_values_of_policy(name, host, room):
    values = {
        "video_url": room,
        "org_short": "M" * max_short_name_length(host),
        "time": "09.30",
        "advisor_name": "A" * FIRST_NAME_LENGTH,
        "short_url": f"{host}/a/ABCDEFGHIJ",
    }

    assert fits(rendered(name, **values))


def test_one_character_more_does_not_fit_in_the_longest():
    host = "http://localhost:8000"
    values = {
        "org_short": "M" * (max_short_name_length(host) + 1),
        "time": "09.30",
        "advisor_name": "A" * FIRST_NAME_LENGTH,
        "short_url": f"{host}/a/ABCDEFGHIJ",
    }

    assert [name for name in TEXTS if not fits(rendered(name, **values))] == ["sms_video.nl.txt"]


@pytest.mark.django_db
def test_change_policy_stores_it_and_audits_changed_fields():
    policy = make_policy()
    policy.horizon_days, policy.sender_name = 14, "Iemand Anders"

    change_policy(policy, actor=BOSS, now=NOW)

    assert Policy.objects.get().horizon_days == 14
    assert sorted(AuditEvent.objects.values_list("action", "about", "actor")) == [
        ("policy.change", "policy:horizon_days", "user:1"),
        ("policy.change", "policy:sender_name", "user:1"),
    ]


@pytest.mark.django_db
def test_change_policy_creates_the_first_row():
    policy = Policy(employer_name="Oostmeer", short_name="Oost", sender_name="Marit", sender_email="m@oostmeer.example")

    change_policy(policy, actor=BOSS, now=NOW)

    assert Policy.objects.current().has_sender


@pytest.mark.django_db
def test_change_policy_refuses_a_short_name_that_does_not_fit(settings):
    settings.PUBLIC_URL = "https://spreekuur.ziekenhuis-oostmeer.example"
    policy = make_policy(short_name="Oostmeer")

    with pytest.raises(TextDoesNotFit, match="6"):
        change_policy(policy, actor=BOSS, now=NOW)


@pytest.mark.django_db
def test_change_policy_refuses_an_address_that_is_too_long(settings):
    settings.PUBLIC_URL = f"https://{'lang.' * 12}example"

    with pytest.raises(AddressDoesNotFit):
        change_policy(make_policy(), actor=BOSS, now=NOW)


def test_every_short_name_fits_with_the_default_address():
    longest = Policy._meta.get_field("short_name").max_length

    assert max_short_name_length(settings.PUBLIC_URL) >= longest


def test_countries_have_names_in_both_languages_and_selected_ones_come_first():
    dutch, english = country_choices("nl", first=["SR"]), dict(country_choices("en"))

    assert dutch[0] == ("SR", "Suriname")
    assert [name for code, name in dutch if code in ("NL", "DE", "CH")] == ["Duitsland", "Nederland", "Zwitserland"]
    assert {english[code] for code in ("NL", "DE", "CH")} == {"Netherlands", "Germany", "Switzerland"}
    assert [code for code, name in english.items() if code == name] == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, set()),
        ({"sms_countries": []}, set()),
        ({"sms_countries": ["XX"]}, {"sms_countries"}),
        ({"sms_per_day": "-1", "sms_per_number": "51"}, {"sms_per_day", "sms_per_number"}),
        ({"sms_price": "0.12345", "sms_budget": "99999999999"}, {"sms_price", "sms_budget"}),
        ({"sms_price": "-0.1"}, {"sms_price"}),
    ],
)
@pytest.mark.django_db
def test_limits_of_sms_are_validated(given, wrong):
    policy = make_policy()
    form = PolicyForm(filled_in(policy) | given, instance=policy)

    assert set(form.errors) == wrong


@pytest.mark.django_db
def test_limits_of_sms_are_stored_and_the_order_of_countries_is_ignored():
    make_policy(sms_countries=["NL", "BE"])
    stored = Policy.objects.current()
    given = filled_in(stored) | {"sms_countries": ["BE", "NL"], "sms_price": "0.0835"}

    form = PolicyForm(given, instance=stored)
    changed = change_policy(form.policy(), actor=BOSS, now=NOW) if form.is_valid() else form.errors

    assert changed == ["sms_price"]
    assert Policy.objects.get().sms_price == Decimal("0.0835")


def filled_in(policy):
    """Values of the form as the page shows them."""
    form = PolicyForm(instance=policy)
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in shown.items() if value is not None and value is not False}
