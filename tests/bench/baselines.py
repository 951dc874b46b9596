"""Baselines: views that only respond, or insert one row and commit, behind the same middleware; and an empty task."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from organisation.models import AuditEvent


@require_http_methods(["GET"])
def respond(request):
    return JsonResponse({"answer": "yes"})


@csrf_exempt
@require_http_methods(["POST"])
def insert(request):
    event = AuditEvent.objects.create(
        action="baseline.insert", about="baseline:1", origin="api", actor="system", at=timezone.now()
    )
    return JsonResponse({"event": event.pk}, status=201)


def do_nothing():
    """Empty task."""
