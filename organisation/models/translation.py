"""Labels of configured objects, such as reasons and topics, in every language, in one table."""

from collections.abc import Iterable

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core.formatting import active_language
from organisation.models.policy import Policy


class TranslationManager(models.Manager["Translation"]):
    def get_queryset(self) -> "models.QuerySet[Translation]":
        """Each row says whether it is in policy's first language: a fallback then costs no statement per label."""
        first_language = Policy.objects.filter(default_language=OuterRef("language"))
        return super().get_queryset().annotate(is_first_language=Exists(first_language))


class Translation(models.Model):
    """Label of one object in one language.

    The object declares `labels = GenericRelation(Translation)`; fetch lists with `prefetch_related("labels")`.
    """

    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    labelled = GenericForeignKey()
    language = models.CharField(_("Language"), max_length=10)  # a code of settings.LANGUAGES
    text = models.CharField(_("Label"), max_length=120)

    objects = TranslationManager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [
            models.UniqueConstraint(
                name="translation_once_per_language", fields=["content_type", "object_id", "language"]
            ),
            models.CheckConstraint(name="translation_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.text


def active_label(labels: Iterable[Translation], *, default: str) -> str:
    """Text in the active language, else in policy's first language, else in any; `default` without labels."""
    language = active_language()
    wanted = (language, language.partition("-")[0])  # "de-at" is served by "de"

    def rank(label: Translation) -> tuple[bool, bool]:
        return label.language not in wanted, not getattr(label, "is_first_language", False)

    best = min(labels, key=rank, default=None)
    return best.text if best else default
