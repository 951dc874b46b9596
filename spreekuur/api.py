"""API root: the API views of all apps, described by OpenAPI."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from bookings.api.views import InvitationViewSet
from candidates.rejections.api import RejectionViewSet

app_name = "api"
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("invitations", InvitationViewSet, basename="invitation")
router.register("rejections", RejectionViewSet, basename="rejection")


class ClientTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "organisation.authentication.ClientTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(router.urls)),
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="schema"),
    path("v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
]
