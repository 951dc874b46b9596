"""The least that a door can do, behind the same middleware: only answer, and insert one row and commit; and a task."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from organisation.models import AuditEvent


@require_http_methods(["GET"])
def answer(request):
    return JsonResponse({"answer": "yes"})


@csrf_exempt
@require_http_methods(["POST"])
def insert(request):
    event = AuditEvent.objects.create(
        action="floor.insert", about="floor:1", origin="api", actor="system", at=timezone.now()
    )
    return JsonResponse({"event": event.pk}, status=201)


def nothing():
    """The least that a worker can be asked."""
