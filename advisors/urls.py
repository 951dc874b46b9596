from django.urls import path

from advisors.views import hours, profile

app_name = "advisors"
urlpatterns = [
    path("hours/", hours.hours, name="hours"),
    path("hours/<int:pk>/new/", hours.opening_new, name="opening_new"),
    path("hours/<int:pk>/absence/", hours.absence_new, name="absence_new"),
    path("hours/openings/<int:pk>/", hours.opening, name="opening"),
    path("hours/openings/<int:pk>/close/", hours.opening_delete, name="opening_delete"),
    path("hours/absences/<int:pk>/remove/", hours.absence_delete, name="absence_delete"),
    path("setup/staff/<int:pk>/hours/", hours.hours_of, name="hours_of"),
    path("setup/staff/<int:pk>/advisor/", profile.profile, name="profile"),
]
