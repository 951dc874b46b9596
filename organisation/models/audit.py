from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.db import models

MIN_RETENTION = timedelta(days=365)  # the trigger of organisation/audit_trigger.py refuses what is younger


class AppendOnly(Exception):
    """Code tried to change or delete an audit entry; a bug."""


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly

    def delete_before(self, at: datetime, *, now: datetime, limit: int) -> int:
        """Delete at most `limit` entries older than `at`, oldest first, and return how many.

        The one way to delete entries. Raises AppendOnly for a time that is less than a year ago.
        """
        if at > now - MIN_RETENTION:
            raise AppendOnly
        oldest = AuditEvent.objects.filter(at__lt=at).order_by("at", "pk").values("pk")[:limit]
        return AuditEvent._base_manager.filter(pk__in=oldest).delete()[0]


class AuditEvent(models.Model):
    """Entry of the audit log: action, object, result, origin, actor and time (BIO2 8.15.01). Keys only, no content."""

    action = models.CharField(max_length=60)  # "booking.move"
    about = models.CharField(max_length=60)  # "booking:12"
    result = models.CharField(max_length=60, default="done")  # or the code of a refusal
    origin = models.CharField(max_length=12)  # web, api, worker, command
    actor = models.CharField(max_length=60)  # "user:3", "candidate:7", "client:1", "system"
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True, blank=True)  # of staff and failed sign-ins; never of candidates

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(name="audit_by_moment", fields=["-at", "-id"]),
            models.Index(name="audit_by_about", fields=["about"]),
            models.Index(name="audit_by_actor", fields=["actor", "-at", "-id"]),
            models.Index(name="audit_by_action", fields=["action", "-at", "-id"]),
            models.Index(name="audit_erasures", fields=["-at", "-id"], condition=models.Q(action="candidate.erase")),
        ]

    def __str__(self) -> str:
        return f"audit event {self.pk}"
