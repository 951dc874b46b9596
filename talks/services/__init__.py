from talks.services.notes import Saved, drop_copy, save_note, use_copy
from talks.services.outcomes import mark_completed, mark_no_show
from talks.services.survey import answer_survey, ask_how_it_was

__all__ = [
    "Saved",
    "answer_survey",
    "ask_how_it_was",
    "drop_copy",
    "mark_completed",
    "mark_no_show",
    "save_note",
    "use_copy",
]
