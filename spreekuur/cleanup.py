"""What nobody needs any more."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_q.models import Task

from candidates.models import IntakeFile
from outbox.delivery.maintenance import forget_words
from outbox.inbound.store import forget as forget_mail
from outbox.models import Heartbeat

ONE_DAY = timedelta(days=1)


def clean_up() -> None:
    sweep(now=timezone.now())


def sweep(*, now: datetime) -> None:
    """Traces of the queue, sessions that ended, CSV files that nobody imported within a day, mail that is handled, and
    the words of what failed to leave."""
    yesterday = now - ONE_DAY
    Task.objects.filter(stopped__lt=yesterday).delete()
    Heartbeat.objects.filter(beat_at__lt=yesterday).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    IntakeFile.objects.exclude(state=IntakeFile.State.IMPORTED).filter(created_at__lt=yesterday).delete()
    forget_mail(now=now)
    forget_words(now=now)
