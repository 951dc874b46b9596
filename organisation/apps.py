from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from organisation.audit_trigger import restore_trigger


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = _("Employer")

    def ready(self) -> None:
        import_module("organisation.staff.sign_in_events").connect()  # it imports models, which are loaded by now
        post_migrate.connect(restore_trigger, sender=self, dispatch_uid="audit_event_is_append_only")
