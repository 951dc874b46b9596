from candidates.models.intake import IntakeFile
from candidates.models.people import AccessLink, Candidate, CandidateSource, Consent
from candidates.models.rejections import Application, Rejection, RejectionReason, Stage, Strength

__all__ = [
    "AccessLink",
    "Application",
    "Candidate",
    "CandidateSource",
    "Consent",
    "IntakeFile",
    "Rejection",
    "RejectionReason",
    "Stage",
    "Strength",
]
