"""Authentication of API clients by `Authorization: Bearer <token>`."""

import secrets

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.prepared_statements import Joined
from core.tokens import digest_of
from organisation.models import ApiClient

# Written out, as every API request runs it.
KNOWN = Joined(
    "SELECT {client} FROM organisation_apiclient client WHERE client.token_digest = %s AND client.is_active",
    client=ApiClient,
)


def new_token() -> str:
    """256 bits, shown once."""
    return secrets.token_urlsafe(32)


class ClientTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send one token: Authorization: Bearer <token>.")
        digest = digest_of(parts[1].decode("latin-1"))
        found = KNOWN(digest)
        if found is None:
            raise AuthenticationFailed("This token is not known.")
        (client,) = found
        today = timezone.localdate()
        if client.last_used_on != today:
            ApiClient.objects.filter(pk=client.pk).update(last_used_on=today)
        return client, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
