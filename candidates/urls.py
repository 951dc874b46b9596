from django.urls import path, re_path

from candidates.access.link_views import own_link, rejection_link
from candidates.access.views import (
    link_ended,
    new_link,
    open_link,
    sign_out,
    signed_out,
    stop,
    time_zone,
    unsubscribe,
)
from candidates.csv_import.views import import_faulty, import_new, import_preview, import_template
from candidates.duplicates.views import duplicates
from candidates.rejections.views import rejection, rejection_edit, rejection_new, rejections

app_name = "candidates"
urlpatterns = [
    # `<path:>` takes no empty path, and a link to the first page has one
    re_path(r"^u/(?P<token>[^/]+)/(?P<destination>.*)$", open_link, name="open_link"),
    path("stop/<str:token>/", unsubscribe, name="unsubscribe"),
    path("link/", new_link, name="new_link"),
    path("link/ended/", link_ended, name="link_ended"),
    path("my/sign-out/", sign_out, name="sign_out"),
    path("signed-out/", signed_out, name="signed_out"),
    path("my/time-zone/", time_zone, name="time_zone"),
    path("my/stop/", stop, name="stop"),
    path("my/link/", own_link, name="own_link"),
    path("rejections/", rejections, name="rejections"),
    path("rejections/new/", rejection_new, name="rejection_new"),
    path("rejections/import/", import_new, name="import_new"),
    path("rejections/import/template/", import_template, name="import_template"),
    path("rejections/import/<int:pk>/", import_preview, name="import_preview"),
    path("rejections/import/<int:pk>/faulty/", import_faulty, name="import_faulty"),
    path("rejections/same-person/", duplicates, name="duplicates"),
    path("rejections/<int:pk>/", rejection, name="rejection"),
    path("rejections/<int:pk>/edit/", rejection_edit, name="rejection_edit"),
    path("rejections/<int:pk>/link/", rejection_link, name="rejection_link"),
]
