from talks.services.notes import SavedNote, discard_copy, save_note, use_copy
from talks.services.outcomes import mark_completed, mark_no_show
from talks.services.survey import answer_survey, send_due_surveys

__all__ = [
    "SavedNote",
    "answer_survey",
    "discard_copy",
    "mark_completed",
    "mark_no_show",
    "save_note",
    "send_due_surveys",
    "use_copy",
]
