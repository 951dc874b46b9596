from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.admin import GenericTabularInline
from django.contrib.contenttypes.forms import BaseGenericInlineFormSet
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisation.models import Department, Location, Translation


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "is_active"]
    search_fields = ["name"]


@admin.register(Location)
class LocationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "address", "city", "is_active"]
    search_fields = ["name"]


class TranslationForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(label=_("Language"), choices=lambda: settings.LANGUAGES, disabled=True)


class TranslationFormSet(BaseGenericInlineFormSet):  # type: ignore[type-arg]
    """One form for every language that has no label yet, after those that have one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {label.language for label in self.get_queryset()}
        self.initial_extra = [{"language": code} for code, _name in settings.LANGUAGES if code not in known]


class TranslationInline(GenericTabularInline):
    """Label in each language of the settings. All are required: only candidates would notice that one is missing."""

    model = Translation
    form = TranslationForm
    formset = TranslationFormSet  # type: ignore[assignment]
    fields = ["language", "text"]
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Translation]:
        """Labels in a language that was taken out of the settings stay stored, out of sight."""
        return super().get_queryset(request).filter(language__in=dict(settings.LANGUAGES))

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(settings.LANGUAGES)

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(settings.LANGUAGES)
