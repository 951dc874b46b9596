from django.db import models


class Heartbeat(models.Model):
    """A worker says that it lives; `/healthz/worker` and the watchdog read it. Its processes come and go, so what one
    of them saw of the clock stands here for the next (outbox/ticking.py)."""

    worker = models.CharField(max_length=120, unique=True)
    beat_at = models.DateTimeField()
    clock_offset = models.FloatField(null=True, blank=True)  # seconds between the wall and the machine
    calm_at = models.FloatField(default=0)  # in seconds of the machine; until then its clock is not believed

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return f"heartbeat {self.pk}"
