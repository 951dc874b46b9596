"""What came back: a room above collects it, acts and marks it handled."""

from django.db import models
from django.db.models import Q

from outbox.models.message import Message


class IncomingText(models.Model):
    """An answer to a text of ours. Of a number that we do not know nothing is kept."""

    class Meaning(models.TextChoices):
        NO = "no"
        YES = "yes"
        STOP = "stop"
        START = "start"
        OTHER = "other"

    provider_id = models.CharField(max_length=120, unique=True)  # the same text twice is one
    answers = models.ForeignKey(Message, models.CASCADE, related_name="answers")  # the last that we sent there
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
        CALENDAR = "calendar"  # has a calendar object with a method
        LETTER = "letter"  # words for a person

    digest = models.CharField(max_length=64, unique=True)  # of the whole mail; the same one twice is one
    about = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind)
    sender = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    calendar = models.TextField(blank=True)
    is_cut = models.BooleanField(default=False)  # too large, or with attachments: not all of it is here
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)  # and its words are emptied
    outcome = models.CharField(max_length=20, blank=True)  # what the room above made of it

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [
            models.Index(name="incoming_mail_unhandled", fields=["received_at"], condition=Q(handled_at__isnull=True)),
            models.Index(name="incoming_mail_by_about", fields=["about"]),
        ]

    def __str__(self) -> str:
        return f"incoming mail {self.pk}"
