"""Django admin for configuration lists that seldom change. It contains no personal data."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from organisation.models import User

APPS = {"bookings", "candidates", "organisation", "vacancies"}


class ConfigurationSite(AdminSite):
    site_header = _("Lists that seldom change")
    site_title = "Spreekuur"
    index_title = _("Vacancies, reasons, topics and training")
    site_url = "/setup/"

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: Any = None, **options: Any
    ) -> None:
        """Register only models of our own apps: those of packages (tasks, accounts, second factors) stay out."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in APPS]
        super().register(ours, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """True for permitted staff; 404 for other signed-in users, as everywhere in the project."""
        if not isinstance(request.user, User):
            return False
        if not request.user.is_staff:
            raise Http404
        return True

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Redirect to the staff sign-in page, which has the second factor and the rate limits."""
        next_url = request.GET.get("next", self.site_url)
        return redirect_to_login(next_url)
