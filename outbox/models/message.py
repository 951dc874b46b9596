from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

NO_LEASE = timedelta(minutes=10)  # lasts so long
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        return self.filter(state=Message.State.QUEUED)

    def ready(self, now: datetime) -> Self:
        return self.useful(now).filter(state=Message.State.QUEUED, not_before__lte=now, is_standby=False)

    def abandoned(self, now: datetime) -> Self:
        """Left behind by a worker that died: it may have gone out, or not. A lease that lasts for so long was given by
        a clock that has been set back since; in the demo a visitor turns it."""
        over = Q(leased_until__lt=now)
        if not settings.DEMO:
            over |= Q(leased_until__gt=now + NO_LEASE)
        return self.filter(over, state=Message.State.SENDING)

    def under_way(self, now: datetime) -> Self:
        """Waits for its moment or leaves at this one, and is of use; not what stands by for another.

        Of each state something is said that always holds, and leads to its index however long the history is.
        """
        waits = Q(state=Message.State.QUEUED, is_standby=False, channel__in=Message.Channel.values)
        leaves = Q(state=Message.State.SENDING, is_standby=False, leased_until__gt=LONG_AGO)
        return self.useful(now).filter(waits | leaves)

    def useless(self, now: datetime) -> Self:
        """Not sent, and no longer of use to the reader."""
        return self.waiting().filter(useless_after__lte=now)

    def repeatable(self) -> Self:
        """Failed, or stopped by a person: somebody may send it again."""
        stopped = Q(state=Message.State.SUPPRESSED, reason=Message.Reason.STOPPED)
        return self.filter(Q(state=Message.State.FAILED) | stopped)

    def sendable_again(self, now: datetime) -> Self:
        """... as far as the row itself tells: its words are here, and the reader has a use for them."""
        return self.repeatable().useful(now).filter(is_standby=False).exclude(text="")

    def useful(self, now: datetime) -> Self:
        return self.filter(Q(useless_after__isnull=True) | Q(useless_after__gt=now))


class Message(models.Model):
    """One letter or text that leaves the house. Written in the transaction of the fact that it tells."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("Text message")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Leaving now")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")

    class Reason(models.TextChoices):
        WITHDRAWN = "withdrawn", _("It was no longer needed.")
        TOO_LATE = "too_late", _("It would have come too late.")
        NOT_NEEDED = "not_needed", _("The text before it arrived.")  # a letter that stood by for it
        STOPPED = "stopped", _("An application manager stopped it.")
        LIMIT = "limit", _("It is more than policy allows.")
        COUNTRY = "country", _("Policy sends no texts to this country.")
        QUIET = "quiet", _("It is night where the receiver is.")
        UNREACHED = "unreached", _("The phone could not be reached.")
        LANDLINE = "landline", _("This number cannot receive texts.")
        BLOCKED = "blocked", _("The network blocked the text.")
        BOUNCED = "bounced", _("The mail came back.")
        COMPLAINED = "complained", _("The receiver marked it as unwanted.")
        ADDRESS = "address", _("Nothing can be delivered at this address or number.")
        OPTED_OUT = "opted_out", _("The receiver does not want texts from us.")
        REFUSED = "refused", _("The provider refuses this message.")
        BUSY = "busy", _("The provider asks to try again later.")
        AWAY = "away", _("The provider does not answer.")
        SETTINGS = "settings", _("The provider does not accept our settings.")
        FAULT = "fault", _("Something went wrong on our side.")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # part of the Message-ID
    kind = models.CharField(max_length=40)  # "booking_confirmation"
    channel = models.CharField(max_length=4, choices=Channel)
    dedupe_key = models.CharField(max_length=200, unique=True)
    about = models.CharField(max_length=60)  # "booking:12"; what a withdrawal names
    person_key = models.CharField(max_length=60, db_index=True)  # "candidate:7"; for export and erasure
    language = models.CharField(max_length=2)
    recipient_name = models.CharField(max_length=200, blank=True)
    recipient = models.CharField(max_length=254)  # mail address or E.164 number
    sender_name = models.CharField(max_length=200, blank=True)
    sender_email = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    calendar = models.TextField(blank=True)  # an iCalendar object
    calendar_method = models.CharField(max_length=10, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)  # where answers go; the sender, when empty
    thread = models.CharField(max_length=60, blank=True)  # mail with the same one stands together: "booking:12"
    unsubscribe_url = models.CharField(max_length=300, blank=True)  # RFC 8058; has a token, so it goes with the body
    time_zone = models.CharField(max_length=40, default=settings.TIME_ZONE)  # of the reader; nobody is woken
    fallback_for = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="fallbacks")
    is_standby = models.BooleanField(default=False)  # leaves only when what it is the fallback for failed

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)  # why it did not leave, or not yet
    provider_code = models.CharField(max_length=20, blank=True)  # "550", "21211": what the provider calls it
    attempts = models.PositiveSmallIntegerField(default=0)
    is_uncertain = models.BooleanField(default=False)  # may have left twice: its first sender died
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()  # moves with every attempt that fails
    first_due_at = models.DateTimeField(null=True, blank=True)  # what it was before it moved so
    useless_after = models.DateTimeField(null=True, blank=True)
    only_at_office_hours = models.BooleanField(default=False)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True, db_index=True)
    segments = models.PositiveSmallIntegerField(default=0)  # of a text; what is paid for
    cost = models.DecimalField(max_digits=8, decimal_places=4, default=0)  # as policy has the price
    sending_at = models.DateTimeField(null=True, blank=True)  # the last claim
    sent_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # we, of whom nobody told what became of it
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # failed, suppressed

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                name="message_ready", fields=["channel", "not_before"], condition=Q(state="queued", is_standby=False)
            ),
            models.Index(name="message_useless", fields=["useless_after"], condition=Q(state="queued")),
            models.Index(name="message_leased", fields=["leased_until"], condition=Q(state="sending")),
            models.Index(name="message_words", fields=["ended_at"], condition=Q(ended_at__isnull=False) & ~Q(text="")),
            models.Index(name="message_failed", fields=["ended_at"], condition=Q(state="failed")),
            models.Index(name="message_uncertain", fields=["created_at"], condition=Q(is_uncertain=True)),
            models.Index(Coalesce("first_due_at", "not_before"), name="message_due_at", condition=Q(is_standby=False)),
            models.Index(name="message_by_kind", fields=["kind", "-id"]),
            models.Index(name="message_by_about", fields=["about"]),
            models.Index(name="message_texts_to", fields=["recipient"], condition=Q(channel="sms")),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_sending_has_lease", condition=~Q(state="sending") | Q(leased_until__isnull=False)
            ),
            models.CheckConstraint(
                name="message_sent_has_moment", condition=~Q(state="sent") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="message_delivered_has_moment", condition=~Q(state="delivered") | Q(delivered_at__isnull=False)
            ),
            models.CheckConstraint(
                name="message_ended_has_moment",
                condition=~Q(state__in=["failed", "suppressed"]) | Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_ended_has_reason", condition=~Q(state__in=["failed", "suppressed"]) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="message_standby_waits_for_one", condition=Q(is_standby=False) | Q(fallback_for__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
