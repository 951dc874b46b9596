from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisation.models import User


class IntakeFileQuerySet(models.QuerySet["IntakeFile"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(uploaded_by=user) if user.is_recruiter else self.none()


class IntakeFile(models.Model):
    """Cells of a CSV file between preview and import; the file is not stored. Emptied when imported or dropped."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("To be checked")
        IMPORTED = "imported", _("Imported")
        DROPPED = "dropped", _("Given up")

    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    rows = models.JSONField(default=list)  # [{"line": 2, "cells": {"email": "..."}, "width": [21, 21]}]
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW)
    ignored_columns = models.JSONField(default=list)  # ["birth_date"]: not read, not kept
    outcome = models.JSONField(default=dict)  # {"created": 5, "unchanged": 2, "left_out": 1}
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IntakeFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"intake file {self.pk}"
