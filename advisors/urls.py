from django.urls import path

from advisors.explain import views as why
from advisors.external_calendars import views as calendars
from advisors.feed import views as feed
from advisors.hours import views as hours

app_name = "advisors"
urlpatterns = [
    path("hours/", hours.hours, name="hours"),
    path("hours/absences/<int:pk>/remove/", hours.absence_delete, name="absence_delete"),
    path("agenda/feed/", feed.feed, name="feed"),
    path("agenda/why/", why.why, name="why"),
    path("agenda/calendars/", calendars.calendars, name="calendars"),
    path("agenda/calendars/<int:pk>/new/<str:kind>/", calendars.calendar_new, name="calendar_new"),
    path("agenda/calendars/<int:pk>/read/", calendars.calendar_read, name="calendar_read"),
    path("agenda/calendars/<int:pk>/remove/", calendars.calendar_remove, name="calendar_remove"),
    path("setup/staff/<int:pk>/calendars/", calendars.calendars_of, name="calendars_of"),
    path("setup/staff/<int:pk>/hours/", hours.hours_of, name="hours_of"),
]
