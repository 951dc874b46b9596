from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from organisation.models import User


class Note(models.Model):
    """Working notes of the advisor on a talk. The candidate gets them with an access request."""

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
    """Survey that a candidate got after a talk, about the application and the talk. The advisor cannot see it."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="survey")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # last time; answers may be changed

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"survey {self.pk}"


class SurveyAnswer(models.Model):
    """Answer to one question of survey_questions.py; a skipped question has no row."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=30)
    answer = models.TextField(max_length=1000)  # code of a choice, or text

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="survey_answer_once_per_question", fields=["survey", "question"]),
            models.CheckConstraint(name="survey_answer_says_something", condition=~Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"survey answer {self.pk}"


class NoteCopy(models.Model):
    """Text from a second window in which the note was stale; kept until the advisor uses or discards it."""

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
