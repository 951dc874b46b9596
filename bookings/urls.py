"""URLs of booking pages."""

from django.urls import path

from bookings.agenda import views as agenda
from bookings.appointments.views import book, correct_address, detail, home, move
from bookings.assignment import views as sharing
from bookings.calendar import views as feeds
from bookings.invitations import views as invitations
from bookings.reassignment.views import closed_days, hours, profile, takeover
from bookings.waitlist import views as waiting

app_name = "bookings"
urlpatterns = [
    # candidate
    path("my/", home.home, name="home"),
    path("my/invitations/<int:pk>/book/", book.choose_slot, name="book"),
    path("my/invitations/<int:pk>/details/", book.confirm, name="details"),
    path("my/invitations/<int:pk>/waiting/", waiting.waiting, name="waiting"),
    path("my/invitations/<int:pk>/offer/", waiting.offer, name="offer"),
    path("my/appointments/<int:pk>/", detail.appointment, name="appointment"),
    path("my/appointments/<int:pk>/move/", move.choose_slot, name="move"),
    path("my/appointments/<int:pk>/move/details/", move.confirm, name="move_details"),
    path("my/appointments/<int:pk>/move/proposed/", move.confirm_proposed, name="move_proposed"),
    path("my/appointments/<int:pk>/cancel/", detail.cancel, name="cancel"),
    path("my/appointments/<int:pk>/prepare/", detail.prepare, name="prepare"),
    path("my/appointments/<int:pk>/calendar.ics", detail.calendar, name="calendar"),
    path("a/<str:code>", home.short, name="short"),
    # calendar clients, authorised by the advisor's private URL
    path("feed/<str:token>.ics", feeds.feed, name="feed"),
    # staff
    path("today/", agenda.today, name="today"),
    path("today/paper/", agenda.paper, name="paper"),
    path("agenda/", agenda.week, name="week"),
    path("agenda/month/", agenda.month, name="month"),
    path("takeover/", takeover.takeover, name="takeover"),
    path("team/shares/", sharing.sharing, name="sharing"),
    path("team/", agenda.team, name="team"),
    path("hours/<int:pk>/new/", hours.opening_new, name="opening_new"),
    path("hours/<int:pk>/absence/", hours.absence_new, name="absence_new"),
    path("hours/openings/<int:pk>/", hours.opening, name="opening"),
    path("hours/openings/<int:pk>/close/", hours.opening_delete, name="opening_delete"),
    path("setup/staff/<int:pk>/advisor/", profile.profile, name="profile"),
    path("setup/closed-days/", closed_days.closed_days, name="closed_days"),
    path("setup/closed-days/holidays/", closed_days.holidays, name="holidays"),
    path("setup/closed-days/<str:day>/remove/", closed_days.closed_day_remove, name="closed_day_remove"),
    path("rejections/<int:pk>/address/", correct_address.rejection_address, name="address"),
    path("talks/<int:pk>/address/", correct_address.booking_address, name="address_of_talk"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/waiting/", waiting.waiting_list, name="waiting_list"),
]
