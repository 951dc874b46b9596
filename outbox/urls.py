from django.urls import path

from outbox.sms import views as texting
from outbox.staff import demo_views
from outbox.staff import views as messages
from outbox.webhooks import views as tracking

app_name = "outbox"
urlpatterns = [
    path("mail/reports/<slug:provider>/", tracking.mail_report, name="mail_report"),
    path("mail/incoming/<slug:provider>/", tracking.mail_incoming, name="mail_incoming"),
    path("texts/", texting.text_incoming, name="text_incoming"),
    path("texts/<uuid:key>/", texting.text_status, name="text_status"),
    path("outbox/", messages.messages, name="messages"),
    path("outbox/figures/", messages.figures, name="figures"),
    path("outbox/again/", messages.send_all_again, name="send_all_again"),
    path("outbox/<int:pk>/", messages.message, name="message"),
    path("outbox/<int:pk>/again/", messages.send_again, name="send_again"),
    path("outbox/<int:pk>/stop/", messages.stop, name="stop"),
    path("demo/outbox/", demo_views.demo_outbox, name="demo_outbox"),
    path("demo/outbox/<int:pk>/", demo_views.demo_message, name="demo_message"),
    path("demo/outbox/<int:pk>/invite.ics", demo_views.demo_attachment, name="demo_attachment"),
]
