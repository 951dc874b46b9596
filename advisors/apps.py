from django.apps import AppConfig
from django.db.models.signals import post_migrate

from advisors.overlap_constraint import NO_OVERLAP


class AdvisorsConfig(AppConfig):
    name = "advisors"

    def ready(self) -> None:
        post_migrate.connect(NO_OVERLAP.restore, sender=self, dispatch_uid="agenda_entry_no_overlap")
