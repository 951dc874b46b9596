from candidates.views.duplicates import duplicates
from candidates.views.intake import import_new, import_preview
from candidates.views.links import link_ended, new_link, open_link, stop, unsubscribe
from candidates.views.rejections import rejection, rejection_edit, rejection_new, rejections
from candidates.views.zones import time_zone

__all__ = [
    "duplicates",
    "import_new",
    "import_preview",
    "link_ended",
    "new_link",
    "open_link",
    "rejection",
    "rejection_edit",
    "rejection_new",
    "rejections",
    "stop",
    "time_zone",
    "unsubscribe",
]
