from django.contrib import admin

from bookings.models import Topic


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "label_nl", "label_en", "is_active"]
    list_filter = ["is_active"]
