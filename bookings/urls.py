from django.urls import path

from bookings.views import (
    addresses,
    agenda,
    appointments,
    candidate,
    choosing,
    closed_days,
    feeds,
    hours,
    invitations,
    moving,
    profile,
    sharing,
    takeover,
    team,
    waiting,
)

app_name = "bookings"
urlpatterns = [
    # the candidate
    path("my/", candidate.home, name="home"),
    path("my/invitations/<int:pk>/book/", choosing.book, name="book"),
    path("my/invitations/<int:pk>/details/", choosing.details, name="details"),
    path("my/invitations/<int:pk>/waiting/", waiting.waiting, name="waiting"),
    path("my/invitations/<int:pk>/offer/", waiting.offer, name="offer"),
    path("my/appointments/<int:pk>/", appointments.appointment, name="appointment"),
    path("my/appointments/<int:pk>/move/", moving.move, name="move"),
    path("my/appointments/<int:pk>/move/details/", moving.move_details, name="move_details"),
    path("my/appointments/<int:pk>/move/proposed/", moving.move_proposed, name="move_proposed"),
    path("my/appointments/<int:pk>/cancel/", appointments.cancel, name="cancel"),
    path("my/appointments/<int:pk>/prepare/", appointments.prepare, name="prepare"),
    path("my/appointments/<int:pk>/calendar.ics", appointments.calendar, name="calendar"),
    path("a/<str:code>", candidate.short, name="short"),
    # who has an advisor's private address
    path("feed/<str:token>.ics", feeds.feed, name="feed"),
    # staff
    path("today/", agenda.today, name="today"),
    path("today/paper/", agenda.paper, name="paper"),
    path("agenda/", agenda.week, name="week"),
    path("agenda/month/", agenda.month, name="month"),
    path("takeover/", takeover.takeover, name="takeover"),
    path("team/shares/", sharing.sharing, name="sharing"),
    path("team/", team.team, name="team"),
    path("hours/<int:pk>/new/", hours.opening_new, name="opening_new"),
    path("hours/<int:pk>/absence/", hours.absence_new, name="absence_new"),
    path("hours/openings/<int:pk>/", hours.opening, name="opening"),
    path("hours/openings/<int:pk>/close/", hours.opening_delete, name="opening_delete"),
    path("setup/staff/<int:pk>/advisor/", profile.profile, name="profile"),
    path("setup/closed-days/", closed_days.closed_days, name="closed_days"),
    path("setup/closed-days/holidays/", closed_days.holidays, name="holidays"),
    path("setup/closed-days/<str:day>/remove/", closed_days.closed_day_remove, name="closed_day_remove"),
    path("rejections/<int:pk>/address/", addresses.address, name="address"),
    path("talks/<int:pk>/address/", addresses.address_of_talk, name="address_of_talk"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/waiting/", waiting.waiting_list, name="waiting_list"),
]
