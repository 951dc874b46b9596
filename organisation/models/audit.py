from typing import Any, NoReturn

from django.db import models


class AppendOnly(Exception):
    """Code tried to change or delete an audit entry; a bug."""


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly

    def delete(self) -> NoReturn:
        raise AppendOnly


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
        ]

    def __str__(self) -> str:
        return f"audit event {self.pk}"
