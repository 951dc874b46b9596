from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advisors.models import Advisor
from advisors.profiles import Profile

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
            "is_active",
        ]
        help_texts = {
            "title": _("Candidates read it under the name."),
            "max_per_day": _("Empty: no limit."),
            "max_per_week": _("Empty: no limit."),
            "video_url": _("Without an address this advisor holds no talks by video."),
            "is_active": _("Candidates can choose this advisor."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("languages", self.instance.languages)
        self.order_fields(["title", "languages"])

    def profile(self) -> Profile:
        return Profile(**{**self.cleaned_data, "languages": tuple(self.cleaned_data["languages"])})
