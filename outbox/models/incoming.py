"""Replies by SMS and mail. A task of a higher app collects the unhandled ones, acts and marks them handled."""

from django.db import models
from django.db.models import Q

from outbox.models.message import Message


class IncomingText(models.Model):
    """A reply to one of our SMS. Of a number that we never wrote to nothing is stored."""

    class Meaning(models.TextChoices):
        NO = "no"
        YES = "yes"
        STOP = "stop"
        START = "start"
        OTHER = "other"

    provider_id = models.CharField(max_length=120, unique=True)  # the same SMS twice is one
    answers = models.ForeignKey(Message, models.CASCADE, related_name="answers")  # the last SMS sent to that number
    about = models.CharField(max_length=60)
    person_key = models.CharField(max_length=60, db_index=True)
    meaning = models.CharField(max_length=5, choices=Meaning)
    text = models.TextField(blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(name="incoming_text_unhandled", fields=["received_at"], condition=Q(handled_at__isnull=True)),
            models.Index(name="incoming_text_by_about", fields=["about"]),
        ]

    def __str__(self) -> str:
        return f"incoming text {self.pk}"


class IncomingMail(models.Model):
    """A mail to one of our reply addresses, which says what it is about."""

    class Kind(models.TextChoices):
        CALENDAR = "calendar"  # contains a calendar object with a method
        LETTER = "letter"  # text for a person to read

    digest = models.CharField(max_length=64, unique=True)  # of the whole mail, so that the same mail twice is one
    about = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    full_text = models.TextField(blank=True)  # with all that is quoted; the advisor reads it until the talk is over
    is_cut = models.BooleanField(default=False)  # too large, or with attachments: part of it was left out
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)  # when its text was erased as well
    outcome = models.CharField(max_length=20, blank=True)  # of the task that handled it

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(name="incoming_mail_unhandled", fields=["received_at"], condition=Q(handled_at__isnull=True)),
            models.Index(name="incoming_mail_by_about", fields=["about"]),
            models.Index(name="incoming_mail_full_text", fields=["about", "id"], condition=~Q(full_text="")),
        ]

    def __str__(self) -> str:
        return f"incoming mail {self.pk}"
