from organisation.models.api_client import ApiClient
from organisation.models.audit import AuditEvent
from organisation.models.policy import Department, Location, Policy
from organisation.models.retention_run import RetentionRun
from organisation.models.staff import AccountNotice, Role, RoleGrant, RoleRequest, User
from organisation.models.translation import Translation, active_label

__all__ = [
    "AccountNotice",
    "ApiClient",
    "AuditEvent",
    "Department",
    "Location",
    "Policy",
    "RetentionRun",
    "Role",
    "RoleGrant",
    "RoleRequest",
    "Translation",
    "User",
    "active_label",
]
