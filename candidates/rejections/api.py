"""API endpoint by which an applicant tracking system reports a rejection."""

from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from candidates.completeness import Missing
from candidates.drafts import PersonDraft, RejectionDraft, VacancyDraft
from candidates.models import Rejection, Stage
from candidates.rejections.services import Registration, RegistrationOutcome, report_rejection
from candidates.rejections.validation import MAX_LENGTHS, NAMES, field_errors
from core.actors import Actor
from core.formatting import one_line
from core.mail_addresses import parse_address
from core.phones import parse_phone
from core.text_input import normalise
from organisation.models import ApiClient
from organisation.queries import default_language

Serializer = serializers.Serializer
WAITING, COMPLETE, WITHDRAWN = "waiting", "complete", "withdrawn"


class PhoneField(serializers.CharField):
    """Phone number as E.164."""

    def to_internal_value(self, data: Any) -> str:
        text = str(super().to_internal_value(data))
        for error in field_errors({"phone": text}, demo=settings.DEMO):
            raise serializers.ValidationError(error.message, code=error.code)
        return parse_phone(text, demo=settings.DEMO)


class LineField(serializers.CharField):
    """Text without line breaks and control characters."""

    def to_internal_value(self, data: Any) -> str:
        line = one_line(super().to_internal_value(data))
        if not line and not self.allow_blank:
            self.fail("blank")
        return line


class TextField(serializers.CharField):
    """Text of several lines without invisible characters."""

    def to_internal_value(self, data: Any) -> str:
        return normalise(super().to_internal_value(data)).strip()


class AddressField(serializers.EmailField):
    """Mail address, also of an internationalised domain."""

    def to_internal_value(self, data: Any) -> str:
        text = str(super().to_internal_value(data))
        try:
            return parse_address(text) if text.strip() else ""
        except ValueError:
            self.fail("invalid")


class PersonBody(Serializer[Any]):
    external_id = LineField(max_length=MAX_LENGTHS["candidate_id"])
    first_name = LineField(
        max_length=MAX_LENGTHS["first_name"],
        required=False,
        allow_blank=True,
        default="",
        help_text="First and last name: one of the two is enough.",
    )
    infix = LineField(max_length=MAX_LENGTHS["infix"], required=False, allow_blank=True, default="")
    last_name = LineField(max_length=MAX_LENGTHS["last_name"], required=False, allow_blank=True, default="")
    email = AddressField(max_length=MAX_LENGTHS["email"])
    phone = PhoneField(max_length=40, required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False, default=default_language)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names = {name: attrs[name] for name in NAMES}
        for error in field_errors(names, demo=settings.DEMO):
            raise serializers.ValidationError({error.field: error.message}, code=error.code)
        return attrs


class VacancyBody(Serializer[Any]):
    """A vacancy; one that is not known yet is created from title, department and recruiter."""

    external_id = LineField(max_length=MAX_LENGTHS["vacancy_id"])
    title = LineField(max_length=MAX_LENGTHS["job_title"], required=False, allow_blank=True, default="")
    department = LineField(max_length=MAX_LENGTHS["department"], required=False, allow_blank=True, default="")
    recruiter_email = AddressField(required=False, allow_blank=True, default="")


class ApplicationBody(Serializer[Any]):
    applied_on = serializers.DateField(required=False, allow_null=True, default=None)
    stage = serializers.ChoiceField(choices=Stage.choices)


class ReasonBody(Serializer[Any]):
    rejected_by = serializers.ChoiceField(choices=Rejection.RejectedBy.choices, required=False, default="organisation")
    reason_code = LineField(
        max_length=MAX_LENGTHS["reason_code"],
        required=False,
        allow_blank=True,
        default="",
        help_text="A code of ours. Other words are kept for the recruiter, who then chooses a reason.",
    )
    component = LineField(
        max_length=MAX_LENGTHS["component"],
        required=False,
        allow_blank=True,
        default="",
        help_text="Code or label of the requirement of the vacancy on which it failed.",
    )
    explanation = TextField(max_length=MAX_LENGTHS["explanation"], required=False, allow_blank=True, default="")
    strengths = serializers.ListField(
        child=LineField(max_length=MAX_LENGTHS["strength_1"]), max_length=3, required=False, default=list
    )
    notified_by = serializers.ChoiceField(
        choices=Rejection.Notice.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="How the candidate was told. Leave it out as long as the candidate does not know.",
    )
    notified_on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The day on which the candidate was told; with `notified_by` alone, the day of `occurred_at`.",
    )


class RejectionBody(Serializer[Any]):
    """Body of a report; other fields are ignored and not stored."""

    source = serializers.SlugField(  # type: ignore[assignment]  # the name of the domain, not REST framework's own
        max_length=40, help_text="The source of your token."
    )
    external_id = LineField(max_length=250, help_text="Of the application; the same report twice is stored once.")
    event = serializers.ChoiceField(choices=["application.rejected"], required=False)
    occurred_at = serializers.DateTimeField()
    candidate = PersonBody()
    vacancy = VacancyBody()
    application = ApplicationBody()
    rejection = ReasonBody()

    def vacancy_draft(self) -> VacancyDraft:
        return VacancyDraft(**self.validated_data["vacancy"])

    def draft(self) -> RejectionDraft:
        """Draft without vacancy and recruiter, which the service looks up."""
        body, why = self.validated_data, self.validated_data["rejection"]
        day = timezone.localdate(body["occurred_at"])
        return RejectionDraft(
            source=body["source"],
            external_id=body["external_id"],
            person=PersonDraft(**body["candidate"]),
            vacancy_id=0,
            recruiter_id=0,
            stage=body["application"]["stage"],
            applied_on=body["application"]["applied_on"],
            rejected_by=why["rejected_by"],
            reason_code=why["reason_code"],
            component=why["component"],
            explanation=why["explanation"],
            strengths=tuple(why["strengths"]),
            decided_on=day,
            notified_by=why["notified_by"],
            notified_on=why["notified_on"] or (day if why["notified_by"] else None),
        )


class RegisteredShape(Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[COMPLETE, WAITING, WITHDRAWN])
    missing = serializers.ListField(child=serializers.ChoiceField(choices=list(Missing)))


class ProblemBody(Serializer[Any]):
    """Problem details (RFC 9457), sent as application/problem+json."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


@extend_schema(tags=["Rejections"])
class RejectionViewSet(GenericViewSet[Rejection]):
    """Rejections reported by other systems."""

    queryset = Rejection.objects.none()
    serializer_class = RejectionBody

    @extend_schema(
        summary="Report a rejection",
        description="Without explanation or strength it waits until a recruiter completes it; nobody is invited.",
        responses={
            201: OpenApiResponse(RegisteredShape, "Stored."),
            200: OpenApiResponse(RegisteredShape, "Known already; what was new is taken over until the invitation."),
            400: OpenApiResponse(ProblemBody, "The body is not valid."),
            403: OpenApiResponse(ProblemBody, "`source` is not the source of your token."),
            409: OpenApiResponse(
                ProblemBody,
                "The vacancy or its recruiter is not known, or the number is of somebody with another mail address.",
            ),
        },
    )
    def create(self, request: Request) -> Response:
        client = _client(request)
        body = RejectionBody(data=request.data)
        body.is_valid(raise_exception=True)
        if body.validated_data["source"] != client.source:
            raise PermissionDenied("Report only what comes from the source of your token.")
        registered = report_rejection(
            draft=body.draft(),
            vacancy=body.vacancy_draft(),
            actor=Actor.of(client, origin="api"),
            now=timezone.now(),
        )
        return Response(_to_json(registered), status=201 if registered.outcome is RegistrationOutcome.CREATED else 200)


def _client(request: Request) -> ApiClient:
    return cast(ApiClient, request.user)


def _to_json(registered: Registration) -> dict[str, Any]:
    status = WAITING if registered.missing else COMPLETE
    if registered.rejection.rejected_by == Rejection.RejectedBy.CANDIDATE:
        return {"id": registered.rejection.pk, "status": WITHDRAWN, "missing": []}
    return {"id": registered.rejection.pk, "status": status, "missing": [str(part) for part in registered.missing]}
