"""A CSV file of rejections between its upload and its import. The file itself is not stored."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisation.models import User


class IntakeFileQuerySet(models.QuerySet["IntakeFile"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(uploaded_by=user) if user.is_recruiter else self.none()

    def recent(self, now: datetime) -> Self:
        """Files of the last day that were not given up."""
        return self.filter(created_at__gt=now - timedelta(days=1)).exclude(state=IntakeFile.State.DROPPED)

    def in_progress(self) -> Self:
        """Files that a worker has to check or to import."""
        return self.filter(state__in=(IntakeFile.State.CHECKING, IntakeFile.State.IMPORTING))

    def free(self, now: datetime) -> Self:
        """Files to work on that no worker has."""
        return self.in_progress().filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))


class IntakeFile(models.Model):
    """CSV file: checked by a worker, shown to its recruiter, imported by a worker in parts."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        PREVIEW = "preview", _("To be checked")
        IMPORTING = "importing", _("Being imported")
        IMPORTED = "imported", _("Imported")
        DROPPED = "dropped", _("Given up")

    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.PREVIEW)
    encoding = models.CharField(max_length=10, default="utf-8")
    language = models.CharField(max_length=2, blank=True)  # of the messages about its lines
    ignored_columns = models.JSONField(default=list)  # ["birth_date"]: not read, not kept
    line_count = models.PositiveIntegerField(default=0)
    work_count = models.PositiveIntegerField(default=0)  # lines to check or to import, in this state
    done_count = models.PositiveIntegerField(default=0)  # of these
    wrong_count = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)  # number of the last line that was checked
    departments = models.JSONField(default=dict)  # {"planing": "Planning"}: chosen for a name that is not known
    unknown_departments = models.JSONField(default=list)  # ["Planing"]
    new_vacancies = models.JSONField(default=dict)  # {"V9": "Planner"}: number and title
    outcome = models.JSONField(default=dict)  # {"created": 5, "unchanged": 2, "left_out": 1}
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IntakeFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                name="intake_file_in_progress", fields=["id"], condition=Q(state__in=("checking", "importing"))
            ),
        ]

    def __str__(self) -> str:
        return f"intake file {self.pk}"

    @property
    def is_in_progress(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.IMPORTING)


class IntakeLineQuerySet(models.QuerySet["IntakeLine"]):
    def importable(self) -> Self:
        return self.exclude(verdict__in=(IntakeLine.Verdict.UNKNOWN, IntakeLine.Verdict.WRONG))

    def wrong(self) -> Self:
        return self.filter(verdict=IntakeLine.Verdict.WRONG)

    def counts_per_verdict(self) -> dict[str, int]:
        counted = self.order_by().values("verdict").annotate(lines=models.Count("pk"))
        return dict(counted.values_list("verdict", "lines"))


class IntakeLine(models.Model):
    """Cells of one line. Deleted when it is imported or given up; a wrong line a day later."""

    class Verdict(models.TextChoices):
        """Result of the check: what the import does with the line."""

        UNKNOWN = "unknown", _("Not checked yet")
        WRONG = "wrong", _("Wrong")
        WAITS = "waits", _("Waits")
        INVITES = "invites", _("Will be invited")
        NOBODY = "nobody", _("No invitation")
        SAME = "same", _("Known already")

    file = models.ForeignKey(IntakeFile, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()  # in the file, as a text editor counts
    cells = models.JSONField(default=dict)  # {"email": "..."}
    width: Any = models.JSONField(default=list)  # [21, 21]: columns found, columns in the header
    candidate_number = models.CharField(max_length=120, blank=True)
    vacancy_number = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)  # in lower case, for comparing
    verdict = models.CharField(max_length=10, choices=Verdict, default=Verdict.UNKNOWN)
    invite_from = models.DateField(null=True, blank=True)  # not earlier, as the invitations are spread
    remarks = models.JSONField(default=list)  # [["email", "“x” is not an e-mail address."]]: column and sentence

    objects = IntakeLineQuerySet.as_manager()

    class Meta:
        ordering = ["file", "number"]
        constraints = [models.UniqueConstraint(name="intake_line_once", fields=["file", "number"])]
        indexes = [
            models.Index(name="intake_line_by_candidate", fields=["file", "candidate_number", "number"]),
            models.Index(name="intake_line_by_email", fields=["file", "email"]),
            models.Index(name="intake_line_by_verdict", fields=["file", "verdict", "number"]),
        ]

    def __str__(self) -> str:
        return f"intake line {self.pk}"
