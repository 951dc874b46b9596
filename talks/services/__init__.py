from talks.services.notes import Saved, drop_copy, save_note, use_copy
from talks.services.outcomes import mark_completed, mark_no_show

__all__ = ["Saved", "drop_copy", "mark_completed", "mark_no_show", "save_note", "use_copy"]
