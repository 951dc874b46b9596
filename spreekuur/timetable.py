"""Former path of `spreekuur.periodic_tasks`, for tasks that the previous release queued. Remove after one release."""

from spreekuur.periodic_tasks import run_periodic_tasks as tick

__all__ = ["tick"]
