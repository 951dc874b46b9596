from django.urls import path

from outbox.texting import views as texting
from outbox.views import demo, tracking

app_name = "outbox"
urlpatterns = [
    path("mail/reports/<slug:provider>/", tracking.mail_report, name="mail_report"),
    path("texts/", texting.text_incoming, name="text_incoming"),
    path("texts/<uuid:key>/", texting.text_status, name="text_status"),
    path("demo/outbox/", demo.demo_outbox, name="demo_outbox"),
    path("demo/outbox/<int:pk>/", demo.demo_message, name="demo_message"),
    path("demo/outbox/<int:pk>/invite.ics", demo.demo_attachment, name="demo_attachment"),
]
