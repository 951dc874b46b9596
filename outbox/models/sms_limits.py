"""What must not be spent or written to: kept without a number, by keyed digest (outbox/numbers.py)."""

from django.db import models


class OptOut(models.Model):
    """Somebody answered STOP: no texts to this number until they answer START."""

    number_digest = models.CharField(max_length=64, unique=True)
    stopped_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    heard = models.JSONField(default=list)  # digests of the last texts that stopped or started; each counts once

    class Meta:
        ordering = ["-stopped_at", "-pk"]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class Allowance(models.Model):
    """How much of a limit is used: "texts:2026-11-22", "cost:2026-11", "number:<digest>:2026-11-22"."""

    name = models.CharField(max_length=120, unique=True)
    used = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    since = models.DateField()  # old ones are cleaned away

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"allowance {self.pk}"
