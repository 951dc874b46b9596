from datetime import UTC, datetime

from django.db import models

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Turn(models.Model):
    """One row for all machines: when the last run that delivers began, and when a run last asked for another."""

    began_at = models.DateTimeField(default=LONG_AGO)
    asked_at = models.DateTimeField(default=LONG_AGO)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"turn {self.pk}"


class Outage(models.Model):
    """Nobody asks the provider of this channel anything until then."""

    channel = models.CharField(max_length=4, unique=True)
    until = models.DateTimeField()

    class Meta:
        ordering = ["channel"]

    def __str__(self) -> str:
        return f"outage {self.pk}"
