from datetime import datetime

from django.db import IntegrityError, transaction

from core.actors import Actor
from core.errors import NameTaken, SourceReserved
from organisation import audit
from organisation.authentication import digest_of, new_token
from organisation.models import ApiClient

RESERVED_SOURCES = {"screen", "csv", "demo"}  # what the house itself writes


def add_client(*, name: str, source: str, actor: Actor, now: datetime) -> tuple[ApiClient, str]:
    """The program and its token, which is stored nowhere: show it once. Raises NameTaken, SourceReserved."""
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
def revoke_client(client: ApiClient, *, actor: Actor, now: datetime) -> None:
    """The token opens nothing from now on; doing it twice is harmless."""
    if ApiClient.objects.filter(pk=client.pk, is_active=True).update(is_active=False):
        audit.record("apiclient.revoke", client, actor=actor, now=now)
