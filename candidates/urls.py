from django.urls import path, re_path

from candidates import views

app_name = "candidates"
urlpatterns = [
    # `<path:>` takes no empty path, and a link to the first page has one
    re_path(r"^u/(?P<token>[^/]+)/(?P<destination>.*)$", views.open_link, name="open_link"),
    path("stop/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("link/", views.new_link, name="new_link"),
    path("link/ended/", views.link_ended, name="link_ended"),
    path("my/time-zone/", views.time_zone, name="time_zone"),
    path("my/stop/", views.stop, name="stop"),
    path("rejections/", views.rejections, name="rejections"),
    path("rejections/new/", views.rejection_new, name="rejection_new"),
    path("rejections/import/", views.import_new, name="import_new"),
    path("rejections/import/<int:pk>/", views.import_preview, name="import_preview"),
    path("rejections/same-person/", views.duplicates, name="duplicates"),
    path("rejections/<int:pk>/", views.rejection, name="rejection"),
    path("rejections/<int:pk>/edit/", views.rejection_edit, name="rejection_edit"),
]
