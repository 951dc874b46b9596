from django.contrib import admin

from candidates.models import RejectionReason


@admin.register(RejectionReason)
class RejectionReasonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Reasons are hidden, never removed: history keeps its words."""

    list_display = ["code", "category", "label_nl", "label_en", "needs_component", "is_active"]
    list_filter = ["is_active", "category"]
    search_fields = ["code", "label_nl", "label_en"]

    def has_delete_permission(self, request: object, obj: RejectionReason | None = None) -> bool:
        return False
