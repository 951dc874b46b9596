"""Verdict on each line before an import: invited, waits, no invitation or known already, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from candidates.completeness import Missing
from candidates.csv_import.check import line_email
from candidates.csv_import.drafts import rejection_drafts, vacancies_of, vacancy_number
from candidates.csv_import.parser import CsvLine
from candidates.drafts import RejectionDraft
from candidates.eligibility import is_eligible
from candidates.models import IntakeFile, IntakeLine
from candidates.rejections.forecast import Forecast, forecast_registrations
from candidates.rejections.services import RegistrationOutcome
from core.formatting import one_line
from organisation.models import Policy

Verdict = IntakeLine.Verdict
Remark = tuple[str, str]  # column, or "" for the whole line; sentence


@dataclass(frozen=True)
class LineVerdict:
    verdict: Verdict
    remarks: tuple[Remark, ...]


def verdicts_of(file: IntakeFile, lines: Sequence[CsvLine]) -> dict[int, LineVerdict]:
    """Verdict by line number, of lines without errors."""
    drafts, policy = rejection_drafts(lines), Policy.objects.current()
    vacancies, others = vacancies_of(lines), _other_people(file, lines)
    found = {}
    for line, draft, forecast in zip(lines, drafts, forecast_registrations(drafts), strict=True):
        vacancy = vacancies.get(vacancy_number(line))
        rule = {"vacancy": vacancy.eligibility if vacancy else "", "policy": policy.eligibility}
        verdict = _verdict(forecast, is_invitable=is_eligible(stage=draft.stage, **rule))
        remarks = [*_reasons(line, verdict, draft, forecast)]
        if verdict is not Verdict.SAME:
            remarks += _warnings(line, draft, others)
        if vacancy is None:
            remarks.append(("vacancy_id", _("This vacancy is new: it will be added.")))
        found[line.number] = LineVerdict(verdict, tuple(remarks))
    return found


def _verdict(forecast: Forecast, *, is_invitable: bool) -> Verdict:
    if forecast.outcome in (RegistrationOutcome.UNCHANGED, RegistrationOutcome.KEPT):
        return Verdict.SAME
    if forecast.missing or not forecast.is_told:
        return Verdict.WAITS
    return Verdict.INVITES if is_invitable else Verdict.NOBODY


def _reasons(line: CsvLine, verdict: Verdict, draft: RejectionDraft, forecast: Forecast) -> list[Remark]:
    if forecast.outcome is RegistrationOutcome.KEPT:
        return [("", _("The candidate has been invited: what is new in this line is not taken over."))]
    if verdict is Verdict.NOBODY:
        return [("stage", _("By policy nobody is invited at this stage."))]
    if verdict is not Verdict.WAITS:
        return []
    waits_for: list[Remark] = [(_COLUMNS[part], _missing_text(part, draft)) for part in forecast.missing]
    if not forecast.is_told:
        waits_for.append(("told_on", _("Waits until the candidate has been told.")))
    return waits_for


_COLUMNS = {
    Missing.REASON: "reason_code",
    Missing.COMPONENT: "component",
    Missing.EXPLANATION: "explanation",
    Missing.STRENGTH: "strength_1",
}


def _missing_text(part: Missing, draft: RejectionDraft) -> str:
    if part is Missing.REASON and draft.reason_code:
        return _("The reason “{reason}” is not in our list.").format(reason=draft.reason_code[:40])
    if part is Missing.COMPONENT and draft.component:
        return _("The vacancy has no requirement “{text}”.").format(text=draft.component[:40])
    return _("Waits for {part}.").format(part=part.label)


def _warnings(line: CsvLine, draft: RejectionDraft, others: Mapping[str, set[str]]) -> list[Remark]:
    found: list[Remark] = []
    if draft.decided_on and draft.notified_on and draft.notified_on < draft.decided_on:
        found.append(("told_on", _("Told before it was decided: look at the dates.")))
    if len(others.get(line_email(line), ())) > 1:
        found.append(("email", _("In this file several people have this address. Afterwards you say who is who.")))
    return found


def _other_people(file: IntakeFile, lines: Sequence[CsvLine]) -> dict[str, set[str]]:
    """Candidate numbers by address, of addresses that stand in the file with more than one number."""
    emails = {line_email(line) for line in lines} - {""}
    shared = file.lines.filter(email__in=emails).order_by().values("email")
    twice = shared.annotate(people=Count("candidate_number", distinct=True)).filter(people__gt=1)
    found: dict[str, set[str]] = defaultdict(set)
    rows = file.lines.filter(email__in=[row["email"] for row in twice]).values_list("email", "candidate_number")
    for email, number in rows:
        found[email].add(one_line(number))
    return found
