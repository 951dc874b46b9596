from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from organisation.models import User


class Note(models.Model):
    """The advisor's working notes of a talk. Part of an access request: write as if the candidate reads along."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="note")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("Notes"), blank=True, max_length=20000)
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Survey(models.Model):
    """The candidate was asked, once, how the application and a talk were. Stands apart from the advisor's file."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="survey")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # the last time; answers may be changed

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"survey {self.pk}"


class SurveyAnswer(models.Model):
    """To one question of talks/questions.py; a question that was skipped has none."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=30)
    answer = models.TextField(max_length=1000)  # the code of a choice, or words

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="survey_answer_once_per_question", fields=["survey", "question"]),
            models.CheckConstraint(name="survey_answer_says_something", condition=~Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"survey answer {self.pk}"


class NoteCopy(models.Model):
    """What was typed in a second window while the note changed elsewhere; kept until the advisor decides."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="copies")
    window = models.UUIDField()  # one copy per open window, which autosave keeps up to date
    text = models.TextField(max_length=20000)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["updated_at"]
        constraints = [
            models.UniqueConstraint(name="note_copy_once_per_window", fields=["note", "window"]),
            models.CheckConstraint(name="note_copy_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"note copy {self.pk}"
