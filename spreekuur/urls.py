"""Root URL configuration. Each app has its own urls; staff and candidates never share a url."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from spreekuur import demo_views, retention_views, views

urlpatterns = [
    path("api/", include("spreekuur.api")),
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("healthz/worker", views.healthz_worker, name="healthz_worker"),
    path("privacy/", views.privacy, name="privacy"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("setup/retention/", retention_views.retention, name="retention"),
    path("demo/forward/", demo_views.demo_forward, name="demo_forward"),
    path("language/", views.switch_language, name="set_language"),
    # sign-in of staff
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account.password_change, name="account_change_password"),
    # The library sends somebody without a password here, who gets a mail with a link to choose one.
    path(
        "account/password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(  # the key has hyphens too, so the first one divides
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
    # apps
    path("", include("organisation.urls")),
    path("", include("outbox.urls")),
    path("", include("advisors.urls")),
    path("", include("candidates.urls")),
    path("", include("bookings.urls")),
    path("", include("talks.urls")),
    path("", include("referrals.urls")),
    path("", include("insights.urls")),
]
handler400 = "spreekuur.error_views.bad_request"
handler403 = "spreekuur.error_views.permission_denied"
handler404 = "spreekuur.error_views.page_not_found"
handler500 = "spreekuur.error_views.server_error"
