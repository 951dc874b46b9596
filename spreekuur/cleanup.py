"""Delete data that is no longer needed."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_q.models import Task

from candidates.models import IntakeFile
from outbox.delivery.maintenance import erase_old_bodies
from outbox.inbound.store import delete_old as forget_mail
from outbox.models import Heartbeat

ONE_DAY = timedelta(days=1)


def clean_up() -> None:
    """Delete expired data (every minute)."""
    delete_expired(now=timezone.now())


def delete_expired(*, now: datetime) -> None:
    """Delete finished tasks, old heartbeats, expired sessions, CSV files that were not imported within a day, handled
    mail, and the content of failed messages.
    """
    yesterday = now - ONE_DAY
    Task.objects.filter(stopped__lt=yesterday).delete()
    Heartbeat.objects.filter(beat_at__lt=yesterday).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    IntakeFile.objects.exclude(state=IntakeFile.State.IMPORTED).filter(created_at__lt=yesterday).delete()
    forget_mail(now=now)
    erase_old_bodies(now=now)
