from django.urls import path

from organisation.views import places, policy, programs, setup, staff, timetable, trail

app_name = "organisation"
urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("setup/policy/", policy.policy, name="policy"),
    path("setup/timetable/", timetable.timetable, name="timetable"),
    path("setup/locations/", places.locations, name="locations"),
    path("setup/locations/new/", places.location_new, name="location_new"),
    path("setup/locations/<int:pk>/", places.location, name="location"),
    path("setup/departments/", places.departments, name="departments"),
    path("setup/departments/new/", places.department_new, name="department_new"),
    path("setup/departments/<int:pk>/", places.department, name="department"),
    path("setup/staff/", staff.staff, name="staff"),
    path("setup/staff/new/", staff.staff_new, name="staff_new"),
    path("setup/staff/<int:pk>/", staff.staff_member, name="staff_member"),
    path("setup/staff/<int:pk>/invite/", staff.staff_invite_again, name="staff_invite_again"),
    path("setup/programs/", programs.clients, name="clients"),
    path("setup/programs/new/", programs.client_new, name="client_new"),
    path("setup/programs/<int:pk>/revoke/", programs.client_revoke, name="client_revoke"),
    path("audit/", trail.audit, name="audit"),
]
