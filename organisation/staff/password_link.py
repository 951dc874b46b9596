"""The address at which somebody chooses a password; it works once and for PASSWORD_RESET_TIMEOUT."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from organisation.models import User


def password_address(user: User) -> str:
    """The whole address, for a letter or a terminal."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=key)
