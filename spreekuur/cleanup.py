"""Delete data that is no longer needed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django_q.models import Task

from candidates.models import IntakeFile, IntakeLine
from outbox.delivery.maintenance import erase_old_bodies
from outbox.models import Heartbeat

ONE_DAY = timedelta(days=1)


def clean_up() -> None:
    """Delete expired data (every minute)."""
    delete_expired(now=timezone.now())


def delete_expired(*, now: datetime) -> None:
    """Delete finished tasks, old heartbeats, expired sessions and cache entries, CSV files that were not imported
    within a day, lines that an import left out, and the content of failed messages. What is kept for weeks is deleted
    by the daily run (spreekuur/retention_run.py).
    """
    yesterday = now - ONE_DAY
    Task.objects.filter(stopped__lt=yesterday).delete()
    Heartbeat.objects.filter(beat_at__lt=yesterday).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    delete_expired_cache_entries(now=now)
    not_imported = ~Q(state__in=(IntakeFile.State.IMPORTED, IntakeFile.State.IMPORTING))
    IntakeFile.objects.filter(not_imported, created_at__lt=yesterday).delete()
    IntakeLine.objects.filter(file__state=IntakeFile.State.IMPORTED, file__created_at__lt=yesterday).delete()
    erase_old_bodies(now=now)


def delete_expired_cache_entries(*, now: datetime) -> int:
    """Delete what expired from a cache in the database, which by itself forgets only what is asked for again."""
    if not isinstance(caches["default"], DatabaseCache):
        return 0
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    expired = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [expired])  # noqa: S608
        return int(cursor.rowcount)
