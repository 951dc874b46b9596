from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

MAX_LEASE = timedelta(minutes=10)  # longer than any worker takes
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MessageQuerySet(models.QuerySet["Message"]):
    def queued(self) -> Self:
        return self.filter(state=Message.State.QUEUED)

    def ready(self, now: datetime) -> Self:
        """Queued, due, unexpired, and not a dormant fallback."""
        return self.unexpired(now).filter(state=Message.State.QUEUED, not_before__lte=now, is_dormant=False)

    def abandoned(self, now: datetime) -> Self:
        """Messages whose worker died while sending: they may have been sent, or not.

        A lease further ahead than any worker takes was written by a clock that was wrong. The demo sends messages of
        the future, so there it proves nothing.
        """
        over = Q(leased_until__lt=now)
        if not settings.DEMO:
            over |= Q(leased_until__gt=now + MAX_LEASE)
        return self.filter(over, state=Message.State.SENDING)

    def in_progress(self, now: datetime) -> Self:
        """Unexpired messages that are queued or being sent, without dormant fallbacks.

        Each state has a condition that always holds (`transport__in`, `leased_until__gt`), because it makes the
        database use the partial index of that state, however long the history is.
        """
        queued = Q(state=Message.State.QUEUED, is_dormant=False, transport__in=Message.Transport.values)
        sending = Q(state=Message.State.SENDING, is_dormant=False, leased_until__gt=LONG_AGO)
        return self.unexpired(now).filter(queued | sending)

    def expired(self, now: datetime) -> Self:
        return self.queued().filter(expires_at__lte=now)

    def unexpired(self, now: datetime) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))

    def failed_or_stopped(self) -> Self:
        """Messages that an application manager may send again, as far as their state tells."""
        stopped = Q(state=Message.State.SUPPRESSED, reason=Message.Reason.STOPPED)
        return self.filter(Q(state=Message.State.FAILED) | stopped)

    def resendable(self, now: datetime) -> Self:
        """Failed or stopped, unexpired, and with a body; whether a fallback was sent instead is not checked here."""
        return self.failed_or_stopped().unexpired(now).filter(is_dormant=False).exclude(text="")


class Message(models.Model):
    """One e-mail or SMS to be sent, written in the transaction of the fact that it reports."""

    class Transport(models.TextChoices):
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
        NOT_NEEDED = "not_needed", _("The text before it arrived.")  # of a fallback
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
    transport = models.CharField(db_column="channel", max_length=4, choices=Transport)
    dedupe_key = models.CharField(max_length=200, unique=True)
    about = models.CharField(max_length=60)  # key of the subject: "booking:12"; withdraw() takes it
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
    reply_to = models.CharField(max_length=254, blank=True)  # the sender, when empty
    thread = models.CharField(max_length=60, blank=True)  # mail programs group e-mails with the same one: "booking:12"
    unsubscribe_url = models.CharField(max_length=300, blank=True)  # RFC 8058; erased with the body
    time_zone = models.CharField(max_length=40, default=settings.TIME_ZONE)  # of the recipient, for quiet hours
    fallback_for = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="fallbacks")
    is_dormant = models.BooleanField(db_column="is_standby", default=False)  # a fallback whose message has not failed

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)  # why it was not sent, or not yet
    provider_code = models.CharField(max_length=20, blank=True)  # error code of the provider: "550", "21211"
    attempts = models.PositiveSmallIntegerField(default=0)
    is_uncertain = models.BooleanField(default=False)  # an earlier attempt may have been accepted
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()  # postponed by every failed attempt
    first_due_at = models.DateTimeField(null=True, blank=True)  # not_before, before its first postponement
    expires_at = models.DateTimeField(db_column="useless_after", null=True, blank=True)
    only_at_office_hours = models.BooleanField(default=False)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True, db_index=True)
    segments = models.PositiveSmallIntegerField(default=0)  # of an SMS; the unit of its price
    cost = models.DecimalField(max_digits=8, decimal_places=4, default=0)  # euros, at the price in policy
    sending_at = models.DateTimeField(null=True, blank=True)  # the last claim
    sent_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # last request for the status of an unreported SMS
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # when it failed or was suppressed
    unclear_report_at = models.DateTimeField(null=True, blank=True)  # a mail came to its bounce address, see bounces.py
    unclear_report = models.CharField(max_length=1000, blank=True)  # the text of that mail, addresses masked

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                name="message_ready", fields=["transport", "not_before"], condition=Q(state="queued", is_dormant=False)
            ),
            models.Index(name="message_useless", fields=["expires_at"], condition=Q(state="queued")),
            models.Index(name="message_leased", fields=["leased_until"], condition=Q(state="sending")),
            models.Index(name="message_words", fields=["ended_at"], condition=Q(ended_at__isnull=False) & ~Q(text="")),
            models.Index(name="message_failed", fields=["ended_at"], condition=Q(state="failed")),
            models.Index(name="message_uncertain", fields=["created_at"], condition=Q(is_uncertain=True)),
            models.Index(Coalesce("first_due_at", "not_before"), name="message_due_at", condition=Q(is_dormant=False)),
            models.Index(
                Coalesce("ended_at", "sent_at"),
                name="message_over_at",
                condition=Q(state__in=["sent", "delivered", "failed", "suppressed"]),
            ),
            models.Index(name="message_by_kind", fields=["kind", "-id"]),
            models.Index(
                name="message_unclear", fields=["unclear_report_at"], condition=Q(unclear_report_at__isnull=False)
            ),
            models.Index(name="message_by_about", fields=["about"]),
            models.Index(name="message_texts_to", fields=["recipient"], condition=Q(transport="sms")),
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
                name="message_standby_waits_for_one", condition=Q(is_dormant=False) | Q(fallback_for__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
