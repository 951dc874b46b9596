"""The rule that decides whether policy, or the vacancy, offers a talk at a stage: as a value and as a condition."""

from django.db.models import Q

from candidates.models import Stage
from organisation.models import Policy

Eligibility = Policy.Eligibility


def is_eligible(*, stage: str, vacancy: str, policy: str) -> bool:
    """True when a candidate who came to this stage is invited; `vacancy` overrides policy unless it is empty."""
    rule = vacancy or policy
    return rule == Eligibility.ALL_REJECTED or (rule == Eligibility.INTERVIEWED and stage != Stage.LETTER)


def eligible(policy: str) -> Q:
    """The same rule as a condition on rejections."""
    by_vacancy = Q(application__vacancy__eligibility=Eligibility.ALL_REJECTED)
    interviewed = Q(application__vacancy__eligibility=Eligibility.INTERVIEWED)
    as_policy_says = Q(application__vacancy__eligibility="")
    if policy == Eligibility.ALL_REJECTED:
        by_vacancy |= as_policy_says
    elif policy == Eligibility.INTERVIEWED:
        interviewed |= as_policy_says
    return by_vacancy | (interviewed & ~Q(application__stage=Stage.LETTER))
