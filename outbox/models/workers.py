"""State of the workers, shared by all machines."""

from django.db import models

from outbox.models.message import LONG_AGO


class Heartbeat(models.Model):
    """Time at which a worker last reported that it runs; `/healthz/worker` and the watchdog read it."""

    worker = models.CharField(max_length=120, unique=True)
    beat_at = models.DateTimeField()

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return f"heartbeat {self.pk}"


class DeliveryRun(models.Model):
    """One row: when the last delivery run began, and when a run last requested another."""

    began_at = models.DateTimeField(default=LONG_AGO)
    asked_at = models.DateTimeField(default=LONG_AGO)

    class Meta:
        db_table = "outbox_turn"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"delivery run {self.pk}"


class ProviderOutage(models.Model):
    """The provider of this transport is unreachable; nothing is sent to it before `until`."""

    transport = models.CharField(db_column="channel", max_length=4, unique=True)
    until = models.DateTimeField()

    class Meta:
        db_table = "outbox_outage"
        ordering = ["transport"]

    def __str__(self) -> str:
        return f"provider outage {self.pk}"
