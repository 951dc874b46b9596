"""Questions of the survey in order: eight about the process, four about the talk. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Choices = tuple[tuple[str, Promise | str], ...]

AGREE: Choices = (
    ("1", _("1: not at all")),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", _("5: completely")),
)
RECOMMEND: Choices = (
    ("0", _("0: certainly not")),
    *((str(number), str(number)) for number in range(1, 10)),
    ("10", _("10: certainly")),
)
FOUND_VIA: Choices = (
    ("careers_site", _("On your own website")),
    ("job_site", _("On a website with vacancies")),
    ("somebody", _("Through somebody I know")),
    ("social_media", _("On social media")),
    ("event", _("At an open day or a fair")),
    ("other", _("In another way")),
)
APPLY_AGAIN: Choices = (("yes", _("Yes")), ("maybe", _("Perhaps")), ("no", _("No")))


@dataclass(frozen=True)
class SurveyQuestion:
    """Question with choices, or with a text answer when it has none. Every question is optional."""

    code: str
    text: Promise
    choices: Choices = ()
    is_short: bool = False  # a few words

    @property
    def is_scale(self) -> bool:
        return self.choices in (AGREE, RECOMMEND)


@dataclass(frozen=True)
class QuestionGroup:
    title: Promise
    questions: tuple[SurveyQuestion, ...]


GROUPS = (
    QuestionGroup(
        _("About your application"),
        (
            SurveyQuestion("found_via", _("How did you find our vacancy?"), FOUND_VIA),
            SurveyQuestion("found_via_other", _("If in another way: how?"), is_short=True),
            SurveyQuestion("recruiter_friendly", _("The recruiter was friendly."), AGREE),
            SurveyQuestion("process_transparent", _("The recruiter explained clearly what would happen."), AGREE),
            SurveyQuestion("careers_site_attractive", _("Our website with vacancies looks attractive."), AGREE),
            SurveyQuestion("form_easy", _("The application form was easy to fill in."), AGREE),
            SurveyQuestion("kept_informed", _("I always knew how my application stood."), AGREE),
            SurveyQuestion("recommend_0_10", _("Would you advise others to apply for a job with us?"), RECOMMEND),
            SurveyQuestion("improve", _("What can we do better?")),
        ),
    ),
    QuestionGroup(
        _("About the talk"),
        (
            SurveyQuestion("reason_clear", _("I know now why I was not chosen."), AGREE),
            SurveyQuestion("session_useful", _("The tips are of use to me."), AGREE),
            SurveyQuestion("taken_seriously", _("I felt taken seriously."), AGREE),
            SurveyQuestion("apply_again", _("Would you apply to us again?"), APPLY_AGAIN),
        ),
    ),
)
QUESTIONS: Mapping[str, SurveyQuestion] = {question.code: question for group in GROUPS for question in group.questions}
