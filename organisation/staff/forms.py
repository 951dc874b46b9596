"""Form for a member of staff."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_fields import AddressField
from core.formatting import one_line
from organisation.models import Role, User
from organisation.staff.services import StaffDetails


class StaffForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = AddressField(label=_("E-mail address"), max_length=254, help_text=_("With this address they sign in."))
    roles = forms.MultipleChoiceField(
        label=_("What does this colleague do here?"),
        help_text=_("Roles add up. Without a role somebody can sign in, but sees nothing."),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def details(self) -> StaffDetails:
        data = self.cleaned_data
        return StaffDetails(
            name=data["name"],
            email=data["email"].strip().lower(),
            roles=frozenset(data["roles"]),
            is_active=data["is_active"],
        )

    @classmethod
    def of(cls, user: User, data: Any = None) -> "StaffForm":
        initial = {"name": user.name, "email": user.email, "roles": sorted(user.roles), "is_active": user.is_active}
        return cls(data, initial=initial)
