"""`gunicorn tests.unlocked_wsgi`: web server without the agenda lock (negative control)."""

from django.urls import get_resolver

from spreekuur.wsgi import application
from tests.unlocked import Rendezvous, remove_agenda_lock

get_resolver().url_patterns  # noqa: B018  # imports all views, and so all modules that use the lock
remove_agenda_lock(wait=Rendezvous().wait)

__all__ = ["application"]
