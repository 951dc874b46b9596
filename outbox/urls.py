from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("demo/outbox/", views.demo_outbox, name="demo_outbox"),
    path("demo/outbox/<int:pk>/", views.demo_message, name="demo_message"),
    path("demo/outbox/<int:pk>/invite.ics", views.demo_attachment, name="demo_attachment"),
]
