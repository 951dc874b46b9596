"""Labels of reasons and topics by language: which one is shown, how they are edited, and how columns became rows."""

import subprocess
import sys

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from bookings.models import Topic
from candidates.models import RejectionReason
from organisation.models import Role, Translation
from tests.factories import labelled, make_policy, make_topic, make_user

LANGUAGES = [("nl", "Nederlands"), ("en", "English"), ("de", "Deutsch")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first_language", "active", "labels", "shown"),
    [
        ("nl", "nl", {"nl": "Mijn brief", "en": "My letter"}, "Mijn brief"),
        ("nl", "en", {"nl": "Mijn brief", "en": "My letter"}, "My letter"),
        ("nl", "de", {"nl": "Mijn brief", "en": "My letter", "de": "Mein Brief"}, "Mein Brief"),
        ("nl", "de-at", {"nl": "Mijn brief", "de": "Mein Brief"}, "Mein Brief"),
        ("nl", "de", {"en": "My letter", "nl": "Mijn brief"}, "Mijn brief"),
        ("en", "de", {"nl": "Mijn brief", "en": "My letter"}, "My letter"),
        ("nl", "nl", {"en": "My letter"}, "My letter"),
        ("nl", "nl", {}, "onderwerp"),
    ],
)
def test_a_label_is_shown_in_the_active_language_else_in_the_first_of_policy(first_language, active, labels, shown):
    make_policy(default_language=first_language)
    labelled(Topic.objects.create(code="onderwerp"), **labels)

    with translation.override(active):
        assert str(Topic.objects.get(code="onderwerp")) == shown


@pytest.mark.django_db
def test_labels_of_a_list_cost_the_same_statements_however_long_it_is():
    make_topic()
    statements_of_a_list()
    with_few = statements_of_a_list()
    for number in range(30):
        labelled(Topic.objects.create(code=f"onderwerp-{number}"), nl=f"Onderwerp {number}")

    assert statements_of_a_list() == with_few == 2


def statements_of_a_list():
    """In a language without labels, so that every topic falls back to another one."""
    with CaptureQueriesContext(connection) as captured, translation.override("de"):
        assert [str(topic) for topic in Topic.objects.prefetch_related("labels")]
    return len(captured)


@pytest.mark.django_db
def test_a_language_has_one_label():
    topic = make_topic()

    with pytest.raises(IntegrityError), transaction.atomic():
        topic.labels.create(language="nl", text="Nog een naam")


@pytest.mark.django_db
def test_labels_go_with_their_topic():
    topic = labelled(Topic.objects.create(code="onderwerp"), nl="Onderwerp")

    topic.delete()

    assert not Translation.objects.filter(text="Onderwerp").exists()


@pytest.mark.process
def test_another_language_needs_no_migration():
    """In a process of its own: models read the languages when they are loaded."""
    add_german = (
        "import django, sys; from spreekuur import settings;"
        "settings.LANGUAGES = [*settings.LANGUAGES, ('de', 'Deutsch')]; django.setup();"
        "from django.core.management import call_command; call_command('makemigrations', check=True, dry_run=True)"
    )

    done = subprocess.run([sys.executable, "-c", add_german], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "No changes detected"), done.stderr


@pytest.fixture
def manager(client, settings):
    settings.LANGUAGES = LANGUAGES
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def reason():
    return labelled(RejectionReason.objects.create(code="reden", category="overig"), nl="Reden", en="Reason")


def page_of(reason):
    return f"/admin/candidates/rejectionreason/{reason.pk}/change/"


def typed(reason, *texts):
    """The form of the admin with these labels, in the order of the languages; the first two are stored already."""
    prefix = "organisation-translation-content_type-object_id"
    values = {
        "code": reason.code,
        "category": reason.category,
        "is_active": "on",
        f"{prefix}-TOTAL_FORMS": len(texts),
        f"{prefix}-INITIAL_FORMS": 2,
    }
    for number, text in enumerate(texts):
        values[f"{prefix}-{number}-text"] = text
    for number, label in enumerate(reason.labels.order_by("pk")):
        values[f"{prefix}-{number}-id"] = label.pk
    return values


@pytest.mark.django_db
def test_the_admin_shows_a_field_for_every_language(manager, reason):
    [formset] = manager.get(page_of(reason)).context["inline_admin_formsets"]

    assert [(form["language"].value(), form["text"].value()) for form in formset.formset] == [
        ("nl", "Reden"),
        ("en", "Reason"),
        ("de", None),
    ]


@pytest.mark.django_db
def test_the_admin_stores_a_label_in_every_language(manager, reason):
    manager.post(page_of(reason), typed(reason, "Andere reden", "Reason", "Grund"))

    assert dict(reason.labels.values_list("language", "text")) == {"nl": "Andere reden", "en": "Reason", "de": "Grund"}


@pytest.mark.django_db
@pytest.mark.parametrize("texts", [("", "Reason", "Grund"), ("Reden", "Reason", "")])
def test_the_admin_leaves_no_language_without_a_label(manager, reason, texts):
    response = manager.post(page_of(reason), typed(reason, *texts))

    assert response.status_code == 200
    assert dict(reason.labels.values_list("language", "text")) == {"nl": "Reden", "en": "Reason"}


BEFORE = [("candidates", "0006_language_without_default"), ("bookings", "0009_calendar_reply")]


def migrate_to(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def labels_of(model):
    return list(model.objects.order_by("pk").values_list("code", "label_nl", "label_en"))


@pytest.mark.django_db(transaction=True)
def test_labels_in_columns_become_translations_and_columns_again():
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        old = migrate_to(BEFORE)
        reasons, topics = old.get_model("candidates", "RejectionReason"), old.get_model("bookings", "Topic")
        reasons.objects.create(code="eigen", category="overig", label_nl="Eigen reden", label_en="Reason of ours")
        topics.objects.create(code="eigen", label_nl="Eigen onderwerp", label_en="Topic of ours")
        stored = (labels_of(reasons), labels_of(topics))

        migrate_to(latest)

        reason, topic = RejectionReason.objects.get(code="eigen"), Topic.objects.get(code="eigen")
        assert dict(reason.labels.values_list("language", "text")) == {"nl": "Eigen reden", "en": "Reason of ours"}
        assert dict(topic.labels.values_list("language", "text")) == {"nl": "Eigen onderwerp", "en": "Topic of ours"}
        topic.labels.filter(language="en").delete()

        old = migrate_to(BEFORE)
        reasons, topics = old.get_model("candidates", "RejectionReason"), old.get_model("bookings", "Topic")
        assert labels_of(reasons) == stored[0]
        assert labels_of(topics) == [*stored[1][:-1], ("eigen", "Eigen onderwerp", "Eigen onderwerp")]
    finally:
        migrate_to(latest)
