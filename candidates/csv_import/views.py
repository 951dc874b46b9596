"""Views for uploading a CSV file, its preview, its import and its faulty lines."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from candidates.csv_import.capacity import Capacity, capacity_for
from candidates.csv_import.downloads import faulty_lines_file, template_file
from candidates.csv_import.drafts import SOURCE
from candidates.csv_import.forms import DepartmentsForm, ImportForm, IntakeForm
from candidates.csv_import.parser import COLUMNS, column_label
from candidates.csv_import.services import choose_departments, drop_file, keep_file, start_import
from candidates.csv_import.validation import CODED_COLUMNS, code_choices
from candidates.errors import FileAlreadyProcessed, FileHasErrors
from candidates.models import IntakeFile, IntakeLine, RejectionReason
from candidates.rejections.vacancy_lookup import department_names, vacancies_by_external_id
from core.actors import Actor
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required

LINES_PER_PAGE, RECENT_FILES = 50, 5
State, Verdict = IntakeFile.State, IntakeLine.Verdict


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def import_new(request: HttpRequest) -> HttpResponse:
    user = current_staff(request)
    form = IntakeForm(request.POST, request.FILES) if request.method == "POST" else IntakeForm()
    if not form.is_valid():
        reasons = [str(reason) for reason in RejectionReason.objects.filter(is_active=True).prefetch_related("labels")]
        words = [(column_label(column), code_choices(column)) for column in CODED_COLUMNS]
        context = {
            "form": form,
            "columns": COLUMNS,
            "words": [*words, (column_label("reason_code"), reasons)],
            "recent": IntakeFile.objects.visible_to(user).recent(timezone.now())[:RECENT_FILES],
        }
        return render(request, "candidates/csv_import/new.html", context)
    name = form.cleaned_data["file"].name
    file = keep_file(table=form.table, name=name, user=user, actor=Actor.of(user), now=timezone.now())
    return redirect("candidates:import_preview", pk=file.pk)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.RECRUITER)
def import_template(request: HttpRequest) -> HttpResponse:
    return _download(template_file(), _("rejections.csv"))


@require_http_methods(["GET", "HEAD"])
@role_required(Role.RECRUITER)
@never_cache
def import_faulty(request: HttpRequest, pk: int) -> HttpResponse:
    """Download the lines that are wrong, to mend them and upload them again."""
    file = get_object_or_404(IntakeFile.objects.visible_to(current_staff(request)), pk=pk)
    return _download(faulty_lines_file(file.lines.wrong().iterator(chunk_size=1000)), _("faulty-lines.csv"))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.RECRUITER)
@never_cache
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the progress, what the import does with each line, or the result; start the import on POST."""
    user = current_staff(request)
    file = get_object_or_404(IntakeFile.objects.visible_to(user), pk=pk)
    if request.method == "POST":
        return _change(request, file)
    if file.is_in_progress:
        part = "progress" if request.headers.get("HX-Request") else "working"
        return render(request, f"candidates/csv_import/{part}.html", {"file": file})
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if file.state != State.PREVIEW:
        context = {"file": file, "has_faulty": file.lines.wrong().exists()}
        return render(request, "candidates/csv_import/result.html", context)
    return _preview(request, file, None, _departments_form(file))


def _change(request: HttpRequest, file: IntakeFile) -> HttpResponse:
    user, now = current_staff(request), timezone.now()
    capacity = _capacity(file)
    form, departments = ImportForm(request.POST, capacity=capacity), _departments_form(file, request)
    try:
        if "drop" in request.POST:
            drop_file(file=file, actor=Actor.of(user), now=now)
            messages.success(request, _("Nothing was imported. The file is gone."))
            return redirect("candidates:import_new")
        if "departments" in request.POST:
            if departments.is_valid() and departments.chosen:
                choose_departments(file=file, chosen=departments.chosen, actor=Actor.of(user), now=now)
                return redirect("candidates:import_preview", pk=file.pk)
        elif form.is_valid():
            per_day = capacity.spread_per_day if form.is_spread else 0
            start_import(file=file, only_valid=form.only_valid, per_day=per_day, actor=Actor.of(user), now=now)
            return redirect("candidates:import_preview", pk=file.pk)
    except FileHasErrors as refusal:
        form.add_error(None, str(refusal))
    except FileAlreadyProcessed:
        return redirect("candidates:import_preview", pk=file.pk)
    return _preview(request, file, form, departments)


def _departments_form(file: IntakeFile, request: HttpRequest | None = None) -> DepartmentsForm:
    data = request.POST if request is not None and "departments" in request.POST else None
    known = sorted(department_names().values()) if file.unknown_departments else []
    return DepartmentsForm(data, unknown=file.unknown_departments, known=known)


def _capacity(file: IntakeFile) -> Capacity:
    invitations = file.lines.filter(verdict=Verdict.INVITES).count()
    return capacity_for(invitations, policy=Policy.objects.current(), now=timezone.now())


def _preview(
    request: HttpRequest, file: IntakeFile, form: ImportForm | None, departments: DepartmentsForm
) -> HttpResponse:
    capacity, counts, chosen = _capacity(file), file.lines.counts_per_verdict(), request.GET.get("show", "")
    shown = chosen if chosen in Verdict.values else Verdict.WRONG if counts.get(Verdict.WRONG) else ""
    lines = file.lines.filter(verdict=shown) if shown and chosen != "all" else file.lines.all()
    page = Paginator(lines.order_by("number"), LINES_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "file": file,
        "form": form or ImportForm(capacity=capacity),
        "departments": departments,
        "page": page,
        "lines": _shown_lines(page.object_list),
        "counts": [(code, label, counts[code]) for code, label in Verdict.choices if code in counts],
        "shown": "all" if chosen == "all" else shown,
        "has_valid": file.wrong_count < file.line_count,
        "new_departments": sorted(set(file.departments.values()) - set(department_names().values())),
        "invitations": counts.get(Verdict.INVITES, 0),
        "capacity": capacity,
    }
    return render(request, "candidates/csv_import/preview.html", context)


def _shown_lines(lines: Iterable[IntakeLine]) -> list[tuple[IntakeLine, str, list[tuple[str, str]]]]:
    """Each line with the title of its vacancy, which may be another one than the recruiter thinks, and its remarks."""
    lines = list(lines)
    known = vacancies_by_external_id({line.vacancy_number for line in lines}, source=SOURCE)
    titles = {number: vacancy.title for number, vacancy in known.items()}
    return [
        (
            line,
            titles.get(line.vacancy_number) or line.cells.get("job_title", "") or line.vacancy_number,
            [(column_label(column), text) for column, text in line.remarks],
        )
        for line in lines
    ]


def _download(content: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
