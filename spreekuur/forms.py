from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from spreekuur.staff_mail import ask_password


class PasswordResetForm(ResetPasswordForm):
    """The same as in django-allauth, but the letter goes through the outbox, to a known and an unknown address."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        user = self.users[0] if self.users else None
        ask_password(email, user, language=(get_language() or "nl")[:2], now=timezone.now())
        return email
