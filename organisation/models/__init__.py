from organisation.models.api_client import ApiClient
from organisation.models.audit import AuditEvent
from organisation.models.policy import Department, Location, Policy
from organisation.models.staff import Role, RoleGrant, User

__all__ = ["ApiClient", "AuditEvent", "Department", "Location", "Policy", "Role", "RoleGrant", "User"]
