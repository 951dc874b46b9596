"""API endpoints for the invitations of a client's own rejections: free slots, book, move and cancel."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from advisors.models import TalkChannel
from bookings.api.representations import (
    advisor_to_json,
    booking_to_json,
    first_slots,
    invitation_to_json,
    relevant_booking,
    slots_to_json,
)
from bookings.api.serializers import (
    BookingBody,
    BookingSerializer,
    InvitationDetailSerializer,
    InvitationSerializer,
    MoveBody,
    ProblemSerializer,
    SlotListParams,
    SlotListSerializer,
    SlotTakenSerializer,
)
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.availability.queries import bookable_advisors, bookable_slots, invitation_of_client, invitation_to_book
from bookings.models import Booking, Invitation
from core.actors import Actor
from core.paging import KeyPagination
from organisation.models import ApiClient, Policy

TAGS = ["Invitations"]
UNKNOWN = OpenApiResponse(ProblemSerializer, "Not known, or not from one of your rejections.")
INVALID = OpenApiResponse(ProblemSerializer, "The body or the query is not valid.")
REFUSED = OpenApiResponse(SlotTakenSerializer, "Refused; `code` says why. With `slot_taken` come `alternatives`.")


class Pages(KeyPagination):
    page_size = 50


@extend_schema(tags=TAGS)
class InvitationViewSet(GenericViewSet[Invitation]):
    """Invitations of the candidates whose rejection the client reported."""

    lookup_field = "key"
    lookup_value_converter = "uuid"
    pagination_class = Pages
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def get_queryset(self) -> Any:
        own = Invitation.objects.of_client(_client(self.request))
        return own.select_related("application__candidate").prefetch_related("bookings")

    @extend_schema(summary="Invitations, the newest first", responses={200: InvitationSerializer(many=True)})
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([_to_json(invitation) for invitation in page or []])

    @extend_schema(
        summary="An invitation, with the advisors who can be booked",
        responses={200: InvitationDetailSerializer, 404: UNKNOWN},
    )
    def retrieve(self, request: Request, key: UUID) -> Response:
        invitation = self.get_object()
        found = bookable_advisors(invitation, policy=Policy.objects.current(), now=timezone.now())
        advisors = [advisor_to_json(advisor) for advisor in found]
        return Response(_to_json(invitation) | {"advisors": advisors})

    @extend_schema(
        summary="What can be booked now, within the notice and horizon of the employer: about 500 slots, then `next`",
        parameters=[
            OpenApiParameter("since", datetime, description="Slots from this moment only, as in `next`."),
            OpenApiParameter("channel", enum=TalkChannel.values),
            OpenApiParameter("language", enum=[code for code, _name in settings.LANGUAGES]),
            OpenApiParameter("advisor", int, description="The `id` of an advisor of this invitation."),
        ],
        responses={200: SlotListSerializer, 400: INVALID, 404: UNKNOWN},
    )
    @action(detail=True)
    def slots(self, request: Request, key: UUID) -> Response:
        params = SlotListParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        policy, invitation = Policy.objects.current(), _found(invitation_of_client(_client(request), key))
        found = bookable_slots(invitation, policy=policy, now=timezone.now(), **params.slot_filter())
        slots, following = first_slots(found, since=params.validated_data.get("since"))
        url = replace_query_param(request.build_absolute_uri(), "since", following) if following else None
        return Response({"next": url, "slots": slots_to_json(slots)})

    @extend_schema(
        summary="The booked appointment, or else the completed one, or else the latest",
        request=None,
        responses={200: BookingSerializer, 404: UNKNOWN},
    )
    @action(detail=True, url_path="booking", pagination_class=None)
    def booking(self, request: Request, key: UUID) -> Response:
        return Response(booking_to_json(_booking_or_404(self.get_object())))

    @extend_schema(
        summary="Book a slot; repeating the same request returns the same booking",
        request=BookingBody,
        responses={201: BookingSerializer, 400: INVALID, 404: UNKNOWN, 409: REFUSED},
    )
    @booking.mapping.post
    def book(self, request: Request, key: UUID) -> Response:
        invitation = _found(invitation_to_book(_client(request), key))
        body = BookingBody(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.booking_request(invitation.candidate.language)
        booking = book(invitation=invitation, request=wanted, actor=_actor(request), now=timezone.now())
        return Response(booking_to_json(booking), status=201)

    @extend_schema(
        summary="Move the booking; topics, question and the opt-in for SMS stay as they are",
        request=MoveBody,
        responses={200: BookingSerializer, 400: INVALID, 404: UNKNOWN, 409: REFUSED},
    )
    @booking.mapping.put
    def move(self, request: Request, key: UUID) -> Response:
        booking = _booking_or_404(self.get_object())
        body = MoveBody(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.booking_request(booking.language)
        moved = move_booking(booking=booking, request=wanted, actor=_actor(request), now=timezone.now())
        return Response(booking_to_json(moved))

    @extend_schema(
        summary="Cancel in the name of the candidate; cancelling again is fine",
        request=None,
        responses={204: None, 404: UNKNOWN, 409: REFUSED},
    )
    @booking.mapping.delete
    def cancel(self, request: Request, key: UUID) -> Response:
        booking = _booking_or_404(self.get_object())
        by = Booking.CancelledBy.CANDIDATE
        cancel_booking(booking=booking, by=by, actor=_actor(request), now=timezone.now())
        return Response(status=204)


def _client(request: Any) -> ApiClient:
    return request.user  # type: ignore[no-any-return]


def _found(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise Http404
    return invitation


def _actor(request: Request) -> Actor:
    return Actor.of(_client(request), origin="api")


def _to_json(invitation: Invitation) -> dict[str, Any]:
    return invitation_to_json(invitation, relevant_booking(list(invitation.bookings.all())))


def _booking_or_404(invitation: Invitation) -> Booking:
    booking = relevant_booking(list(invitation.bookings.all()))
    if booking is None:
        raise Http404
    return booking
