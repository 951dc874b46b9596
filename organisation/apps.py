from django.apps import AppConfig
from django.db.models.signals import post_migrate

from organisation.immutable_trail import restore


class OrganisationConfig(AppConfig):
    name = "organisation"

    def ready(self) -> None:
        post_migrate.connect(restore, sender=self, dispatch_uid="audit_event_is_append_only")
