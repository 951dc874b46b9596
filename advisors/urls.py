from django.urls import path

from advisors.views import feed, hours, profile, why

app_name = "advisors"
urlpatterns = [
    path("hours/", hours.hours, name="hours"),
    path("hours/absences/<int:pk>/remove/", hours.absence_delete, name="absence_delete"),
    path("agenda/feed/", feed.feed, name="feed"),
    path("agenda/why/", why.why, name="why"),
    path("setup/staff/<int:pk>/hours/", hours.hours_of, name="hours_of"),
    path("setup/staff/<int:pk>/advisor/", profile.profile, name="profile"),
]
