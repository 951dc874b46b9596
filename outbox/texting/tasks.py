"""Former path of `outbox.sms.tasks`, for tasks that the previous release queued. Remove after one release."""

from outbox.sms.tasks import poll_status as ask_what_became_of_texts

__all__ = ["ask_what_became_of_texts"]
