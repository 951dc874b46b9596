"""Opt-outs and usage of the SMS limits, stored without phone numbers: by keyed digest (outbox/phone_hash.py)."""

from django.db import models


class OptOut(models.Model):
    """A STOP from this number: no SMS are sent to it until it sends START."""

    number_digest = models.CharField(max_length=64, unique=True)
    stopped_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    heard = models.JSONField(default=list)  # digests of the last STOP and START messages, each processed once

    class Meta:
        ordering = ["-stopped_at", "-pk"]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class UsageCounter(models.Model):
    """Used part of a limit, by its key: "texts:2026-11-22", "cost:2026-11", "number:<digest>:2026-11-22"."""

    name = models.CharField(max_length=120, unique=True)
    used = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    since = models.DateField()  # old ones are deleted

    class Meta:
        db_table = "outbox_allowance"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"usage counter {self.pk}"
