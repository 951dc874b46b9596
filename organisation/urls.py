from django.urls import path

from organisation import audit_views, setup_views
from organisation.api_clients import views as programs
from organisation.policy import location_views, message_schedule_views
from organisation.policy import views as policy
from organisation.staff import views as staff

app_name = "organisation"
urlpatterns = [
    path("setup/", setup_views.setup, name="setup"),
    path("setup/policy/", policy.policy, name="policy"),
    path("setup/timetable/", message_schedule_views.timetable, name="timetable"),
    path("setup/locations/", location_views.locations, name="locations"),
    path("setup/locations/new/", location_views.location_new, name="location_new"),
    path("setup/locations/<int:pk>/", location_views.location, name="location"),
    path("setup/departments/", location_views.departments, name="departments"),
    path("setup/departments/new/", location_views.department_new, name="department_new"),
    path("setup/departments/<int:pk>/", location_views.department, name="department"),
    path("setup/staff/", staff.staff, name="staff"),
    path("setup/staff/new/", staff.staff_new, name="staff_new"),
    path("setup/staff/<int:pk>/", staff.staff_member, name="staff_member"),
    path("setup/staff/<int:pk>/invite/", staff.staff_invite_again, name="staff_invite_again"),
    path("setup/programs/", programs.clients, name="clients"),
    path("setup/programs/new/", programs.client_new, name="client_new"),
    path("setup/programs/<int:pk>/revoke/", programs.client_revoke, name="client_revoke"),
    path("audit/", audit_views.audit, name="audit"),
]
