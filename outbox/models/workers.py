from django.db import models


class Heartbeat(models.Model):
    """A worker says that it lives; `/healthz/worker` and the watchdog read it."""

    worker = models.CharField(max_length=120, unique=True)
    beat_at = models.DateTimeField()

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return f"heartbeat {self.pk}"
