from datetime import datetime

from django.db import IntegrityError, transaction

from core.actors import Actor, key_of
from core.errors import NameTaken
from organisation import audit
from organisation.models import Department, Location


def keep_place(place: Location | Department, *, actor: Actor, now: datetime) -> None:
    """Add or change a location or a department; nothing is removed, only taken out of use. Raises NameTaken."""
    deed = "change" if place.pk else "add"
    try:
        with transaction.atomic():
            place.save()
            audit.record(f"{place._meta.model_name}.{deed}", key_of(place), actor=actor, now=now)
    except IntegrityError as error:
        raise NameTaken from error
