"""What a worker may be asked about texts that left."""

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from outbox.sms.status_polling import ask_about_silent, silent

ASK = "outbox.sms.tasks.ask_what_became_of_texts"


def ask_what_became_of_texts() -> None:
    ask_about_silent(now=timezone.now())


def wake_when_texts_are_silent() -> None:
    """Every minute. A turn of its own: Twilio may take long."""
    if settings.TWILIO_ACCOUNT_SID and silent(now=timezone.now()).exists():
        async_task(ASK)
