from django.urls import path

from referrals import views

app_name = "referrals"
urlpatterns = [
    path("referrals/", views.inbox, name="inbox"),
    path("referrals/<int:pk>/", views.referral, name="referral"),
    path("referrals/<int:pk>/answer/", views.answer, name="answer"),
    path("referrals/<int:pk>/outcome/", views.outcome, name="outcome"),
    path("talks/<int:pk>/refer/", views.refer, name="refer"),
    path("my/referrals/<int:pk>/", views.proposal, name="proposal"),
]
