"""Django's admin as a window on lists that seldom change; it holds no personal content."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from organisation.models import User


class ConfigurationSite(AdminSite):
    site_header = _("Lists that seldom change")
    site_title = "Spreekuur"
    index_title = _("Vacancies, reasons, topics and training")
    site_url = "/setup/"

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
