from django.urls import path

from outbox.sms import views as sms_views
from outbox.staff import demo_views
from outbox.staff import views as staff_views
from outbox.webhooks import views as webhook_views

app_name = "outbox"
urlpatterns = [
    path("mail/reports/<slug:provider>/", webhook_views.mail_report, name="mail_report"),
    path("mail/incoming/<slug:provider>/", webhook_views.mail_incoming, name="mail_incoming"),
    path("texts/", sms_views.incoming_sms, name="text_incoming"),
    path("texts/<uuid:key>/", sms_views.sms_status, name="text_status"),
    path("outbox/", staff_views.messages, name="messages"),
    path("outbox/figures/", staff_views.figures, name="figures"),
    path("outbox/again/", staff_views.send_all_again, name="send_all_again"),
    path("outbox/<int:pk>/", staff_views.message, name="message"),
    path("outbox/<int:pk>/again/", staff_views.send_again, name="send_again"),
    path("outbox/<int:pk>/stop/", staff_views.stop, name="stop"),
    path("demo/outbox/", demo_views.demo_outbox, name="demo_outbox"),
    path("demo/outbox/<int:pk>/", demo_views.demo_message, name="demo_message"),
    path("demo/outbox/<int:pk>/invite.ics", demo_views.demo_attachment, name="demo_attachment"),
]
