from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from organisation.audit_trigger import APPEND_ONLY


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = _("Employer")

    def ready(self) -> None:
        import_module("organisation.staff.sign_in_events").connect()  # it imports models, which are loaded by now
        post_migrate.connect(APPEND_ONLY.restore, sender=self, dispatch_uid="audit_event_is_append_only")
