from django.urls import path

from bookings.appointments.views import reschedule
from bookings.reassignment.views import reassign
from talks.views import files, notes, survey

app_name = "talks"
urlpatterns = [
    # the candidate
    path("my/appointments/<int:pk>/survey/", survey.survey, name="survey"),
    # staff
    path("talks/<int:pk>/", files.file, name="file"),
    path("talks/<int:pk>/note/", notes.note, name="note"),
    path("talks/<int:pk>/complete/", files.complete, name="complete"),
    path("talks/<int:pk>/missed/", files.no_show, name="no_show"),
    path("talks/<int:pk>/link/", files.private_link, name="link"),
    # views of bookings; their url names stay in this namespace, because templates and audit links use them
    path("talks/<int:pk>/move/", reschedule.reschedule, name="move"),
    path("talks/<int:pk>/hand-over/", reassign.reassign, name="hand_over"),
    path("talks/<int:pk>/cancel/", files.cancel, name="cancel"),
    path("talks/copies/<int:pk>/use/", notes.note_copy_use, name="note_copy_use"),
    path("talks/copies/<int:pk>/drop/", notes.note_copy_drop, name="note_copy_drop"),
]
