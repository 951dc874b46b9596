"""Create and revoke API clients."""

from datetime import datetime

from django.db import IntegrityError, transaction

from core.actors import Actor
from core.tokens import digest_of
from organisation import audit
from organisation.authentication import new_token
from organisation.errors import NameTaken, SourceReserved
from organisation.models import ApiClient

RESERVED_SOURCES = {"screen", "csv", "demo"}  # of rejections from our own form, CSV import and demo


def create_api_client(*, name: str, source: str, actor: Actor, now: datetime) -> tuple[ApiClient, str]:
    """Create a client; return it with its token, of which only a digest is stored. Raises NameTaken, SourceReserved."""
    if source.lower() in RESERVED_SOURCES:
        raise SourceReserved
    token = new_token()
    try:
        with transaction.atomic():
            client = ApiClient.objects.create(name=name, source=source, token_digest=digest_of(token))
            audit.record("apiclient.add", client, actor=actor, now=now)
    except IntegrityError as error:
        raise NameTaken from error
    return client, token


@transaction.atomic
def revoke_api_client(client: ApiClient, *, actor: Actor, now: datetime) -> None:
    """Make the token invalid; repeating it changes nothing."""
    if ApiClient.objects.filter(pk=client.pk, is_active=True).update(is_active=False):
        audit.record("apiclient.revoke", client, actor=actor, now=now)
