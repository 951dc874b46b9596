from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from vacancies.models import Requirement, TrainingOption, Vacancy


class RequirementInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Requirement
    extra = 1


@admin.register(Vacancy)
class VacancyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["title", "department", "recruiter", "status", "eligibility"]
    list_filter = ["status", "department"]
    search_fields = ["title", "external_id"]
    list_select_related = ["department", "recruiter"]
    inlines = [RequirementInline]

    def save_model(self, request: HttpRequest, obj: Vacancy, form: Any, change: bool) -> None:
        """A change of status ends the procedure, or opens it again, unless the date was changed by hand."""
        if "status" in form.changed_data and "procedure_ended_on" not in form.changed_data:
            obj.set_procedure_end(timezone.localdate())
        super().save_model(request, obj, form, change)


@admin.register(TrainingOption)
class TrainingOptionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["title", "kind", "provider", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["title"]
