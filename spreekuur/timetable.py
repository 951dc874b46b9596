"""Former path of `spreekuur.periodic_tasks`, for tasks that the previous release queued. Remove after one release."""

from spreekuur.periodic_tasks import tick

__all__ = ["tick"]
