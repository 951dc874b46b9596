from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advisors.hours.profile import Profile
from advisors.models import Advisor
from core.formatting import active_language
from core.timezones import city_of, zone_choices

NUMBERS = (
    "session_minutes",
    "buffer_minutes",
    "buffer_before_minutes",
    "step_minutes",
    "max_per_day",
    "max_per_week",
    "share_weight",
)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    languages = forms.MultipleChoiceField(
        label=_("Talks in"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The hours and the agenda of this advisor are on the clock of this place.")
    )

    class Meta:
        model = Advisor
        fields = [
            "title",
            "specialisms",
            "session_minutes",
            "buffer_minutes",
            "buffer_before_minutes",
            "step_minutes",
            "max_per_day",
            "max_per_week",
            "share_weight",
            "video_url",
            "time_zone",
            "is_active",
        ]
        help_texts = {
            "title": _("Candidates read it under the name."),
            "max_per_day": _("Empty: no limit."),
            "max_per_week": _("Empty: no limit."),
            "video_url": _(
                "Without an address this advisor holds no talks by video. Whoever has one hears of a new address."
            ),
            "is_active": _("Candidates can choose this advisor."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("languages", "time_zone"):  # also for an advisor who is not saved yet
            self.initial.setdefault(name, getattr(self.instance, name))
        choice = self.fields["time_zone"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = _zones_with(self.instance.time_zone)
        self.order_fields(["title", "languages"])

    def profile(self) -> Profile:
        return Profile(**{**self.cleaned_data, "languages": tuple(self.cleaned_data["languages"])})


def _zones_with(kept: str) -> list[tuple[str, str]]:
    """Time zone choices, with the stored zone when it is not among them, so that saving does not change it."""
    language = active_language()
    zones = list(zone_choices(language))
    return zones if kept in dict(zones) else [(kept, city_of(kept, language)), *zones]
