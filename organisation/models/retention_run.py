"""Report of one day's erasure and deletion."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class RetentionRunQuerySet(models.QuerySet["RetentionRun"]):
    def free(self, now: datetime) -> Self:
        """Unfinished runs that no worker has."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now), finished_at__isnull=True)


class RetentionRun(models.Model):
    """Daily run that erases and deletes what is over its retention period. A run that takes long is done in parts."""

    class Stage(models.TextChoices):
        DATES = "dates"  # calculate the day of erasure of every candidate
        CANDIDATES = "candidates"  # erase who is due
        RECORDS = "records"  # delete messages, incoming mail and audit entries

    day = models.DateField(unique=True)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.DATES)
    cursor = models.BigIntegerField(default=0)  # primary key of the last candidate of this stage
    started_at = models.DateTimeField()
    calculated_at = models.DateTimeField(null=True, blank=True)  # when the days of erasure were known
    finished_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    kept = models.JSONField(default=dict)  # {"contact": 51200}: candidates by what keeps them
    erased = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)  # candidates that could not be erased; the log says why
    messages = models.PositiveIntegerField(default=0)
    replies = models.PositiveIntegerField(default=0)  # incoming mail and SMS
    audit_entries = models.PositiveIntegerField(default=0)

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"retention run {self.pk}"
