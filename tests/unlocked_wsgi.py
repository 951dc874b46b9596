"""`gunicorn tests.unlocked_wsgi`: the web server, with the lock of an agenda taken out."""

from django.urls import get_resolver

from spreekuur.wsgi import application
from tests.unlocked import Meeting, take_the_lock_away

get_resolver().url_patterns  # noqa: B018  # imports every door, and so whatever locks
take_the_lock_away(wait=Meeting().wait)

__all__ = ["application"]
