from django.contrib import admin

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


@admin.register(TrainingOption)
class TrainingOptionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["title", "kind", "provider", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["title"]
