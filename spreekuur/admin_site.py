"""Django's admin as a window on lists that seldom change; it holds no personal content."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from organisation.models import User

ROOMS = {"bookings", "candidates", "organisation", "vacancies"}


class ConfigurationSite(AdminSite):
    site_header = _("Lists that seldom change")
    site_title = "Spreekuur"
    index_title = _("Vacancies, reasons, topics and training")
    site_url = "/setup/"

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: Any = None, **options: Any
    ) -> None:
        """Packages bring windows on tasks, accounts and second factors; here those stay shut."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in ROOMS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever is signed in without the right finds no page here, as everywhere in the house."""
        if not isinstance(request.user, User):
            return False
        if not request.user.is_staff:
            raise Http404
        return True

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Sign in where all staff do, with its second factor and its limits."""
        wanted = request.GET.get("next", self.site_url)
        return redirect_to_login(wanted)
