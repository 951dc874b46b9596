"""Page on retention for application managers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.actors import Actor
from core.errors import Refusal
from organisation.audit_labels import key_label
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required
from organisation.policy.forms import RetentionForm
from organisation.policy.services import change_policy
from outbox.inbound.store import RETENTION
from spreekuur import retention_queries as queries
from spreekuur.retention_run import START_AT


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.APPLICATION_MANAGER)
def retention(request: HttpRequest) -> HttpResponse:
    """Show who is erased when, what keeps whom, and what was erased; store the periods on POST."""
    form = RetentionForm(request.POST or None, instance=Policy.objects.current())
    if form.is_valid():
        try:
            change_policy(form.instance, actor=Actor.of(current_staff(request)), now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It counts from the next night on."))
            return redirect("retention")
    return render(request, "retention.html", {"form": form, **_page_context(request)})


def _page_context(request: HttpRequest) -> dict[str, Any]:
    """Context of the lists. An unknown filter shows everybody."""
    kept_by, runs = request.GET.get("kept_by", ""), queries.recent_runs()
    found = queries.erasure_page(kept_by=kept_by, position=request.GET.get("after", ""))
    return {
        "replies_days": RETENTION.days,
        "starts_at": START_AT,
        "runs": runs,
        "is_late": queries.is_run_late(runs, now=timezone.now()),
        "calculated_at": next((run.calculated_at for run in runs if run.calculated_at), None),
        "kept": queries.kept_counts(runs),
        "kept_by": kept_by,
        "found": found,
        "lines": [(key_label(f"candidate:{one.pk}"), one) for one in found.candidates],
        "erased": [(key_label(entry.about), key_label(entry.actor), entry) for entry in queries.recent_erasures()],
        "today": timezone.localdate(),
    }
