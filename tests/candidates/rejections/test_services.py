from dataclasses import replace
from datetime import date, timedelta

import pytest

from candidates.completeness import Missing
from candidates.drafts import PersonDraft, RejectionDraft
from candidates.errors import AlreadyInvited, ExternalIdTaken
from candidates.models import Candidate, Rejection, RejectionReason
from candidates.rejections.services import (
    RegistrationOutcome,
    change_rejection,
    register_rejection,
    register_rejections,
)
from core.actors import Actor
from organisation.models import AuditEvent
from tests.factories import NOW, make_invitation, make_reason, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
RECRUITER = Actor(key="user:1", origin="web")


def make_draft(vacancy=None, **fields):
    make_reason()
    vacancy = vacancy or make_vacancy()
    person = PersonDraft(
        first_name="Sevda", last_name="Aydin", email="s@kandidaat.example", language="nl", external_id="8812"
    )
    values = {
        "person": person,
        "vacancy_id": vacancy.pk,
        "recruiter_id": vacancy.recruiter_id,
        "stage": "interview_1",
        "source": "recruitee",
        "external_id": "8812:371",
        "reason_code": "diploma_missing",
        "component": "eis-0",
        "explanation": "Voor mensen mist nog een certificaat.",
        "strengths": ("Rustig onder druk",),
        "notified_on": date(2026, 11, 20),
        "notified_by": "phone",
    }
    return RejectionDraft(**values | fields)


def register(draft, now=NOW):
    return register_rejection(draft=draft, actor=RECRUITER, now=now)


def test_a_rejection_with_all_parts_is_complete():
    result = register(make_draft())

    rejection = Rejection.objects.get()
    assert (result.outcome, result.missing, result.rejection) == (RegistrationOutcome.CREATED, (), rejection)
    assert rejection.completed_at == NOW
    assert rejection.component.code == "eis-0"
    assert [strength.text for strength in rejection.strengths.all()] == ["Rustig onder druk"]
    assert rejection.application.candidate.full_name == "Sevda Aydin"
    assert [event.action for event in AuditEvent.objects.all()] == ["rejection.register"]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"reason_code": ""}, (Missing.REASON,)),
        ({"reason_code": "past niet"}, (Missing.REASON,)),
        ({"component": ""}, (Missing.COMPONENT,)),
        ({"component": "een andere eis"}, (Missing.COMPONENT,)),
        ({"explanation": " "}, (Missing.EXPLANATION,)),
        ({"strengths": ()}, (Missing.STRENGTH,)),
    ],
)
def test_an_incomplete_rejection_is_stored_and_waits(change, missing):
    result = register(make_draft(**change))

    assert result.missing == missing
    assert list(Rejection.objects.incomplete()) == [result.rejection]
    assert not Rejection.objects.complete().exists()


def test_an_unknown_reason_keeps_its_text():
    result = register(make_draft(reason_code="Not a culture fit"))

    assert (result.rejection.reason, result.rejection.reason_label) == (None, "Not a culture fit")


def test_a_rejection_with_a_hidden_reason_waits():
    reason = make_reason()
    reason.is_active = False
    reason.save()

    assert register(make_draft()).missing == (Missing.REASON,)


def test_a_requirement_of_another_vacancy_does_not_count():
    other = make_vacancy()
    other.requirements.update(code="elders", label="Elders")

    assert register(make_draft(component="elders")).missing == (Missing.COMPONENT,)


def test_a_new_requirement_is_added_when_that_is_allowed():
    result = register(make_draft(component="Certificaat beademing", may_add_component=True))

    assert result.missing == ()
    assert (result.rejection.component.code, result.rejection.component.label) == (
        "certificaat-beademing",
        "Certificaat beademing",
    )


def test_a_candidate_who_withdrew_is_never_complete():
    result = register(make_draft(rejected_by="candidate"))

    assert result.rejection.completed_at is None
    assert not Rejection.objects.incomplete().exists()


def test_a_draft_has_the_fingerprint_that_earlier_versions_stored():
    """Its text is hashed: another name or order of the fields makes every earlier report a changed one."""
    person = PersonDraft(first_name="Sevda", last_name="Aydin", email="s@kandidaat.example", language="nl")

    assert repr(RejectionDraft(person=person, vacancy_id=1, recruiter_id=2, stage="offer")) == (
        "RejectionDraft(person=PersonDraft(first_name='Sevda', last_name='Aydin', email='s@kandidaat.example',"
        " infix='', phone='', language='nl', external_id=''), vacancy_id=1, recruiter_id=2, stage='offer',"
        " source='screen', external_id='', rejected_by='organisation', reason_code='', component='',"
        " may_add_component=False, explanation='', strengths=(), applied_on=None, decided_on=None,"
        " notified_on=None, notified_by='')"
    )


def test_the_same_draft_again_changes_nothing():
    draft = make_draft()
    first = register(draft)

    again = register(draft, now=NOW + timedelta(days=1))

    assert (again.outcome, again.rejection) == (RegistrationOutcome.UNCHANGED, first.rejection)
    assert (Rejection.objects.count(), Candidate.objects.count(), AuditEvent.objects.count()) == (1, 1, 1)


def test_the_same_draft_again_keeps_what_a_recruiter_added():
    draft = make_draft(explanation="")
    first = register(draft).rejection
    change_rejection(rejection_id=first.pk, draft=replace(draft, explanation="Nu wel."), actor=RECRUITER, now=NOW)

    register(draft)

    assert Rejection.objects.get().explanation == "Nu wel."


def test_a_changed_draft_is_taken_over_but_empties_nothing():
    draft = make_draft()
    register(draft)

    result = register(replace(draft, stage="offer", explanation="", strengths=("Duidelijk voorbeeld",)))

    rejection = Rejection.objects.get()
    assert result.outcome == RegistrationOutcome.CHANGED
    assert (rejection.application.stage, rejection.explanation) == ("offer", "Voor mensen mist nog een certificaat.")
    assert [strength.text for strength in rejection.strengths.all()] == ["Duidelijk voorbeeld"]
    assert rejection.completed_at == NOW


def test_nothing_changes_any_more_once_the_candidate_is_invited():
    draft = make_draft()
    make_invitation(rejection=register(draft).rejection)

    result = register(replace(draft, explanation="Toch iets anders."))

    assert result.outcome == RegistrationOutcome.KEPT
    assert Rejection.objects.get().explanation == "Voor mensen mist nog een certificaat."


def test_change_refuses_once_the_candidate_is_invited():
    draft = make_draft()
    rejection = register(draft).rejection
    make_invitation(rejection=rejection)

    with pytest.raises(AlreadyInvited):
        change_rejection(rejection_id=rejection.pk, draft=draft, actor=RECRUITER, now=NOW)


def test_a_change_that_empties_a_part_makes_the_rejection_wait_again():
    draft = make_draft()
    rejection = register(draft).rejection

    result = change_rejection(rejection_id=rejection.pk, draft=replace(draft, strengths=()), actor=RECRUITER, now=NOW)

    assert result.missing == (Missing.STRENGTH,)
    assert Rejection.objects.get().completed_at is None


def test_two_rejections_of_one_candidate_at_one_source_share_the_candidate():
    draft = make_draft()

    register_rejections(drafts=[draft, replace(draft, external_id="8812:372")], actor=RECRUITER, now=NOW)
    register(replace(draft, external_id="8812:373"))

    assert (Rejection.objects.count(), Candidate.objects.count()) == (3, 1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anne\r\nBcc: x@y.example", "Anne Bcc: x@y.example"),
        ("Jo\"ão '🙂' <b>", "Jo\"ão '🙂' <b>"),
        ("\u202eadveS", "adveS"),
        ("آيدين", "آيدين"),
        ("x" * 200, "x" * 200),
    ],
)
def test_a_name_is_stored_on_one_line(typed, kept):
    draft = make_draft()

    register(replace(draft, person=replace(draft.person, first_name=typed)))

    assert Candidate.objects.get().first_name == kept


def test_many_drafts_take_as_many_statements_as_two(django_assert_max_num_queries):
    draft = make_draft()
    drafts = [
        replace(draft, external_id=f"{number}:1", person=replace(draft.person, external_id=str(number)))
        for number in range(400)
    ]

    with django_assert_max_num_queries(30 + 400):  # one audit entry each
        register_rejections(drafts=drafts, actor=RECRUITER, now=NOW)

    assert Rejection.objects.complete().count() == 400


def under_number(draft, **person):
    return replace(draft, person=replace(draft.person, **person))


@pytest.mark.parametrize("number", ["8812:371", "8812:999"])
def test_a_known_id_with_another_address_is_refused_and_changes_nothing(number):
    draft = make_draft()
    register(draft)
    before = list(Candidate.objects.values())
    other = under_number(replace(draft, external_id=number), first_name="Anne", email="anne@kandidaat.example")

    with pytest.raises(ExternalIdTaken):
        register(other)

    assert list(Candidate.objects.values()) == before
    assert Rejection.objects.count() == 1


def test_one_id_with_two_addresses_in_a_batch_is_refused():
    draft = make_draft()
    other = under_number(replace(draft, external_id="8812:999"), email="anne@kandidaat.example")

    with pytest.raises(ExternalIdTaken):
        register_rejections(drafts=[draft, other], actor=RECRUITER, now=NOW)

    assert not Candidate.objects.exists()


def test_a_name_is_corrected_under_the_same_address():
    draft = make_draft()
    register(draft)

    result = register(under_number(draft, first_name="Şevda", email="S@kandidaat.example"))

    assert result.outcome == RegistrationOutcome.CHANGED
    assert Candidate.objects.get().first_name == "Şevda"


def test_a_form_posted_again_with_changes_is_another_rejection():
    draft = under_number(make_draft(source="screen", external_id="form:abc"), external_id="")
    other = under_number(draft, first_name="Anne", email="anne@kandidaat.example")

    outcomes = [register(one).outcome for one in (draft, other, draft, other)]

    assert outcomes == [
        RegistrationOutcome.CREATED,
        RegistrationOutcome.CREATED,
        RegistrationOutcome.UNCHANGED,
        RegistrationOutcome.UNCHANGED,
    ]
    assert set(Candidate.objects.values_list("first_name", flat=True)) == {"Sevda", "Anne"}


def test_long_requirements_with_the_same_start_get_different_codes():
    start = "Aantoonbare ervaring met het begeleiden van "
    vacancy = make_vacancy()
    words = [start + "leerlingen", start + "stagiairs", "护士执照", "медсестра", "requirement"]

    labels = [
        register(
            make_draft(vacancy, external_id=str(number), component=word, may_add_component=True)
        ).rejection.component.label
        for number, word in enumerate(words + words)
    ]

    assert labels == words + words
    codes = list(vacancy.requirements.values_list("code", flat=True))
    assert len(set(codes)) == 1 + len(words)
    assert max(len(code) for code in codes) <= 40


def change(draft):
    return change_rejection(rejection_id=Rejection.objects.get().pk, draft=draft, actor=RECRUITER, now=NOW)


@pytest.mark.parametrize("say_again", [change, register])
def test_a_reason_hidden_since_is_kept(say_again):
    draft = make_draft()
    rejection = register(draft).rejection
    RejectionReason.objects.update(is_active=False)

    result = say_again(replace(draft, explanation="Duidelijker."))

    stored = Rejection.objects.get()
    assert (stored.reason, stored.reason_label, stored.completed_at) == (rejection.reason, "", NOW)
    assert (stored.explanation, result.missing) == ("Duidelijker.", ())
