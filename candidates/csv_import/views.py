"""Views for uploading a CSV file, its preview and its import."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from candidates.csv_import.forms import ImportForm, IntakeForm
from candidates.csv_import.parser import COLUMNS, column_label
from candidates.csv_import.services import check_file, drop_file, import_file, keep_file
from candidates.errors import FileAlreadyProcessed, FileHasErrors
from candidates.models import IntakeFile
from core.actors import Actor
from organisation.models import Role
from organisation.permissions import current_staff, role_required

ERRORS_PER_PAGE, SAMPLE_SIZE = 50, 5


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def import_new(request: HttpRequest) -> HttpResponse:
    user = current_staff(request)
    form = IntakeForm(request.POST, request.FILES) if request.method == "POST" else IntakeForm()
    if not form.is_valid():
        return render(request, "candidates/csv_import/new.html", {"form": form, "columns": COLUMNS})
    name = form.cleaned_data["file"].name
    file = keep_file(table=form.table, name=name, user=user, actor=Actor.of(user), now=timezone.now())
    return redirect("candidates:import_preview", pk=file.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show errors and a sample, and import on POST; show the result once imported."""
    user = current_staff(request)
    file = get_object_or_404(IntakeFile.objects.visible_to(user), pk=pk)
    form = ImportForm(request.POST or None)
    if request.method == "POST" and "drop" in request.POST:
        drop_file(file=file, actor=Actor.of(user), now=timezone.now())
        messages.success(request, _("Nothing was imported. The file is gone."))
        return redirect("candidates:import_new")
    if form.is_valid():
        try:
            import_file(file=file, only_valid=form.only_valid, actor=Actor.of(user), now=timezone.now())
        except FileHasErrors as refusal:
            form.add_error(None, str(refusal))
        except FileAlreadyProcessed:
            return redirect("candidates:import_preview", pk=pk)
        else:
            return redirect("candidates:import_preview", pk=pk)
    if file.state != IntakeFile.State.PREVIEW:
        return render(request, "candidates/csv_import/result.html", {"file": file})
    return _preview(request, file, form)


def _preview(request: HttpRequest, file: IntakeFile, form: ImportForm) -> HttpResponse:
    checked = check_file(file, now=timezone.now())
    page = Paginator(checked.errors, ERRORS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "file": file,
        "form": form,
        "checked": checked,
        "page": page,
        "errors": [(error.line, column_label(error.column), error.message) for error in page.object_list],
        "sample": checked.valid[:SAMPLE_SIZE],
    }
    return render(request, "candidates/csv_import/preview.html", context)
