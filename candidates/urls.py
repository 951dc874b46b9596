from django.urls import path, re_path

from candidates import views

app_name = "candidates"
urlpatterns = [
    # `<path:>` takes no empty path, and a link to the first page has one
    re_path(r"^u/(?P<token>[^/]+)/(?P<destination>.*)$", views.open_link, name="open_link"),
    path("link/", views.new_link, name="new_link"),
    path("link/ended/", views.link_ended, name="link_ended"),
    path("my/stop/", views.stop, name="stop"),
]
