"""What a worker may be asked: look what is due."""

from django.utils import timezone

from outbox.queue import woken_now_and_then
from talks import services


def ask_how_it_was() -> None:
    """Every minute: surveys of talks that were held."""
    with woken_now_and_then():
        services.ask_how_it_was(now=timezone.now())
