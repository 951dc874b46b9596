"""Complete text of every mail in one language, and what mail to staff leaves out."""

import pytest

from candidates.access.services import link_url_for
from referrals import notifications
from tests.factories import (
    make_advisor,
    make_candidate,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_sent_referral,
    make_vacancy,
)
from tests.factories import make_referral as plain_referral

pytestmark = pytest.mark.django_db
STAFF_LETTERS = ["introduced", "reminder", "consented", "refused"]


def make_referral(make=plain_referral, language="en", **fields):
    candidate = make_candidate(language=language)
    rejection = make_rejection(candidate=candidate)
    booking = make_completed_booking(advisor=make_advisor(hours=False), invitation=make_invitation(rejection=rejection))
    return make(booking=booking, vacancy=make_vacancy(title="Recovery nurse"), **fields)


def link_of(referral):
    return link_url_for(referral.candidate, f"referrals/{referral.pk}/")


def test_the_proposal_mail_leaves_the_choice_to_the_candidate():
    referral = make_referral()

    letter = notifications.proposal(referral, make_policy())

    assert letter.subject == "May we introduce you to a recruiter?"
    assert (
        letter.text
        == f"""Dear Sevda,

Youssef Benali thinks this job fits you: Recovery nurse at OK en Anesthesie.

May we introduce you to Marloes Tienstra? The recruiter will read this text about you:

"Sevda blijft rustig als het spannend wordt."

The recruiter also sees your name, your email address and your phone number, if we have it. \
The recruiter does not see what else you said in the talk.

Say yes or no, or change the text: {link_of(referral)}

As long as you say nothing, the recruiter sees nothing. You may always say no. You do not have to say why.

Kind regards,
Youssef Benali
Ziekenhuis Oostmeer
"""
    )
    assert (letter.recipient, letter.person_key) == (referral.candidate.email, f"candidate:{referral.candidate.pk}")
    assert (letter.about, letter.dedupe_key) == (f"referral:{referral.pk}", f"referral_proposal:referral={referral.pk}")


def test_the_candidate_is_mailed_about_an_acceptance():
    referral = make_referral(make_sent_referral)
    referral.state = "accepted"

    letter = notifications.answered(referral, make_policy())[0]

    assert letter.subject == "Marloes Tienstra will contact you"
    assert (
        letter.text
        == f"""Dear Sevda,

Marloes Tienstra has read your introduction and will contact you about this job: Recovery nurse at OK en Anesthesie.

You will get an email, or a phone call if we have your number. This is to get to know each other. It is not a job yet.

Here you can read how things stand: {link_of(referral)}
Have you changed your mind? You can withdraw on the same page.

Kind regards,
Youssef Benali
Ziekenhuis Oostmeer
"""
    )


def test_the_candidate_is_mailed_the_reason_of_a_decline():
    referral = make_referral(make_sent_referral, answer_reason="Deze plek is net vergeven.")
    referral.state = "declined"

    letter = notifications.answered(referral, make_policy())[0]

    assert letter.subject == "An answer from Marloes Tienstra"
    assert (
        letter.text
        == f"""Dear Sevda,

Marloes Tienstra has read your introduction for this job: Recovery nurse at OK en Anesthesie. It does not fit now.

This is the reason:

"Deze plek is net vergeven."

This is about this job only. What we discussed in our talk still stands.

You can read everything again on this page: {link_of(referral)}

Kind regards,
Youssef Benali
Ziekenhuis Oostmeer
"""
    )


JOB = "Recovery nurse at OK en Anesthesie"
WHY = "Would you like to know why? Ask Marloes Tienstra."


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("interview", f"you have an interview about the job {JOB}. We wish you a good talk."),
        ("hired", f"you will start as {JOB}. Congratulations. We are glad that you will work with us."),
        ("withdrawn", f"you stop with the procedure for {JOB}. That is fine. You do not have to do anything."),
        ("rejected", f"you were not chosen for {JOB}. {WHY}"),
        ("not_suitable", f"the job {JOB} does not fit after all. {WHY}"),
    ],
)
def test_the_candidate_is_mailed_about_the_outcome(outcome, sentence):
    referral = make_referral(make_sent_referral, outcome=outcome)

    letter = notifications.outcome(referral, make_policy())[0]

    assert letter.subject == "News about Recovery nurse"
    assert (
        letter.text
        == f"""Dear Sevda,

Marloes Tienstra tells us that {sentence}

Is this not right? Call or mail us: 06 00000900.

You can read everything again on this page: {link_of(referral)}

Kind regards,
Youssef Benali
Ziekenhuis Oostmeer
"""
    )
    assert letter.dedupe_key == f"referral_outcome:referral={referral.pk}:{outcome}"


def test_the_recruiter_is_mailed_for_an_answer():
    referral = make_referral(make_sent_referral)

    letter = notifications.introduced(referral, make_policy())

    assert letter.subject == "Een kandidaat voor Recovery nurse"
    assert (
        letter.text
        == f"""Beste Marloes,

Youssef Benali stelt een kandidaat voor bij je vacature Recovery nurse (OK en Anesthesie). De kandidaat vindt dat goed.

Wil je antwoorden uiterlijk maandag 30 november? Dat kan met ja, of met nee en een reden.

Lees de introductie: http://localhost:8000/referrals/{referral.pk}/
"""
    )


def test_the_reminder_to_the_recruiter_is_neutral():
    referral = make_referral(make_sent_referral)

    letter = notifications.reminder(referral, make_policy())

    assert letter.subject == "Een kandidaat wacht op je antwoord: Recovery nurse"
    assert (
        letter.text
        == f"""Beste Marloes,

Voor je vacature Recovery nurse (OK en Anesthesie) wacht een kandidaat op je antwoord. \
We spraken af: uiterlijk maandag 30 november. Die dag is voorbij.

Een kort antwoord is genoeg. Weten waar je aan toe bent, is voor de kandidaat het belangrijkst.

Geef je antwoord: http://localhost:8000/referrals/{referral.pk}/
"""
    )


def test_the_advisor_is_mailed_at_each_step():
    referral, policy = make_referral(make_sent_referral, is_changed_by_candidate=True), make_policy()
    policy.refresh_from_db()

    steps = [notifications.consented(referral, policy), notifications.refused(referral, policy)]
    steps += [notifications.withdrawn(referral, policy)[0]]
    referral.state, referral.outcome = "accepted", "hired"
    steps += [notifications.answered(referral, policy)[1], notifications.outcome(referral, policy)[1]]

    assert [step.subject for step in steps] == [
        "De kandidaat zegt ja: Recovery nurse",
        "De kandidaat zegt nee: Recovery nurse",
        "De kandidaat trekt de introductie in: Recovery nurse",
        "Antwoord van Marloes Tienstra: Recovery nurse",
        "Uitkomst: Recovery nurse",
    ]
    assert (
        steps[0].text
        == f"""Beste Youssef,

De kandidaat van je gesprek op vrijdag 20 november wil graag voorgesteld worden \
voor Recovery nurse (OK en Anesthesie). \
De tekst is door de kandidaat aangepast.

Marloes Tienstra kan de introductie nu lezen en antwoordt uiterlijk maandag 30 november.

Bekijk de doorverwijzing: http://localhost:8000/referrals/{referral.pk}/
"""
    )


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_mail_to_staff_does_not_name_the_candidate(state):
    referral, policy = make_referral(make_sent_referral, answer_reason="Vergeven."), make_policy()
    referral.state, referral.outcome = state, "hired"

    letters = [getattr(notifications, name)(referral, policy) for name in STAFF_LETTERS]
    letters += [*notifications.withdrawn(referral, policy), notifications.answered(referral, policy)[1]]
    letters += [notifications.outcome(referral, policy)[1]]

    for name in (referral.candidate.first_name, referral.candidate.last_name, referral.candidate.email, "rustig"):
        assert [letter.kind for letter in letters if name in letter.subject + letter.text] == []


def test_a_line_break_in_a_title_adds_no_line_to_the_subject():
    referral = make_referral(make_sent_referral)
    referral.vacancy.title = "Verpleegkundige\nBcc: iedereen@kandidaat.example"

    letter = notifications.introduced(referral, make_policy())

    assert letter.subject == "Een kandidaat voor Verpleegkundige Bcc: iedereen@kandidaat.example"
