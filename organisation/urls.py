from django.urls import path

from organisation import views
from organisation.api_clients import views as api_clients
from organisation.policy import location_views
from organisation.policy import views as policy
from organisation.staff import views as staff

app_name = "organisation"
urlpatterns = [
    path("setup/", views.setup, name="setup"),
    path("setup/policy/", policy.policy, name="policy"),
    path("setup/timetable/", policy.message_schedule, name="timetable"),
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
    path("setup/programs/", api_clients.clients, name="clients"),
    path("setup/programs/new/", api_clients.client_new, name="client_new"),
    path("setup/programs/<int:pk>/revoke/", api_clients.client_revoke, name="client_revoke"),
    path("setup/role-requests/", staff.role_requests, name="role_requests"),
    path("setup/role-requests/<int:pk>/", staff.role_request, name="role_request"),
    path("audit/", views.audit, name="audit"),
]
