from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from candidates.models import RejectionReason
from organisation.admin import TranslationInline


@admin.register(RejectionReason)
class RejectionReasonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Reasons are hidden, never removed: earlier rejections keep their label."""

    list_display = ["code", "category", "label", "needs_component", "is_active"]
    list_filter = ["is_active", "category"]
    search_fields = ["code", "labels__text"]
    inlines = [TranslationInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RejectionReason]:
        return super().get_queryset(request).prefetch_related("labels")

    @admin.display(description=_("Label"))
    def label(self, reason: RejectionReason) -> str:
        return str(reason)

    def has_delete_permission(self, request: object, obj: RejectionReason | None = None) -> bool:
        return False
