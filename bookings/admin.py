from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.models import Topic
from organisation.admin import TranslationInline


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "label", "is_active"]
    list_filter = ["is_active"]
    inlines = [TranslationInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).prefetch_related("labels")

    @admin.display(description=_("Label"))
    def label(self, topic: Topic) -> str:
        return str(topic)
