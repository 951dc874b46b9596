from candidates.models.candidate import AccessLink, Candidate, CandidateSource, Consent, DuplicateConfirmation
from candidates.models.csv_file import IntakeFile, IntakeLine
from candidates.models.rejection import Application, Rejection, RejectionReason, Stage, Strength, application_keys_of

__all__ = [
    "AccessLink",
    "Application",
    "Candidate",
    "CandidateSource",
    "Consent",
    "DuplicateConfirmation",
    "IntakeFile",
    "IntakeLine",
    "Rejection",
    "RejectionReason",
    "Stage",
    "Strength",
    "application_keys_of",
]
