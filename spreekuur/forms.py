from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest
from django.utils import timezone

from core.formatting import active_language
from spreekuur.staff_mail import send_password_reset


class PasswordResetForm(ResetPasswordForm):
    """Reset form of django-allauth that sends its mail by the outbox, to known and unknown addresses alike."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        user = self.users[0] if self.users else None
        send_password_reset(email, user, language=active_language()[:2], now=timezone.now())
        return email
