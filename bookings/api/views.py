"""The door for programs: invitations of their own rejections, free slots, and booking them."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from advisors.models import TalkChannel
from bookings.api.representations import (
    booking_in_json,
    booking_that_counts,
    host_in_json,
    invitation_in_json,
    slots_in_json,
)
from bookings.api.serializers import (
    BookingShape,
    InvitationDetailShape,
    InvitationShape,
    MoveBody,
    ProblemShape,
    SlotQuery,
    SlotsShape,
    TakenShape,
    WishBody,
)
from bookings.appointments.book import book as book_slot
from bookings.appointments.cancel import cancel as cancel_booking
from bookings.appointments.move import move as move_booking
from bookings.availability.queries import hosts_of, invitation_of_program, invitation_to_book, slots_for
from bookings.models import Booking, Invitation
from core.actors import Actor
from organisation.models import ApiClient, Policy

TAGS = ["Invitations"]
UNKNOWN = OpenApiResponse(ProblemShape, "Not known, or not from one of your rejections.")
INVALID = OpenApiResponse(ProblemShape, "The body or the query is not valid.")
REFUSED = OpenApiResponse(TakenShape, "Refused; `code` says why. With `slot_taken` come `alternatives`.")


class Pages(PageNumberPagination):
    page_size = 50


@extend_schema(tags=TAGS)
class InvitationViewSet(GenericViewSet[Invitation]):
    """What a program may see and do for the people whose rejection it reported."""

    lookup_field = "key"
    lookup_value_converter = "uuid"
    pagination_class = Pages
    serializer_class = InvitationShape
    queryset = Invitation.objects.none()

    def get_queryset(self) -> Any:
        own = Invitation.objects.of_client(_client(self.request))
        return own.select_related("application__candidate").prefetch_related("bookings")

    @extend_schema(summary="Invitations, the newest first", responses={200: InvitationShape(many=True)})
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response([_invitation_in_json(invitation) for invitation in page or []])

    @extend_schema(
        summary="An invitation, with the advisors who may hold the talk",
        responses={200: InvitationDetailShape, 404: UNKNOWN},
    )
    def retrieve(self, request: Request, key: UUID) -> Response:
        invitation = self.get_object()
        found = hosts_of(invitation, policy=Policy.objects.current(), now=timezone.now())
        hosts = [host_in_json(host) for host in found]
        return Response(_invitation_in_json(invitation) | {"advisors": hosts})

    @extend_schema(
        summary="Everything that can be booked now, within the notice and horizon of the employer",
        parameters=[
            OpenApiParameter("channel", enum=TalkChannel.values),
            OpenApiParameter("language", enum=[code for code, _name in settings.LANGUAGES]),
            OpenApiParameter("advisor", int, description="The `id` of an advisor of this invitation."),
        ],
        responses={200: SlotsShape, 400: INVALID, 404: UNKNOWN},
    )
    @action(detail=True)
    def slots(self, request: Request, key: UUID) -> Response:
        asked = SlotQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        policy, invitation = Policy.objects.current(), _known(invitation_of_program(_client(request), key))
        found = slots_for(invitation, policy=policy, now=timezone.now(), **asked.question())
        return Response({"slots": slots_in_json(found)})

    @extend_schema(
        summary="The booking that stands, or else the latest",
        request=None,
        responses={200: BookingShape, 404: UNKNOWN},
    )
    @action(detail=True, url_path="booking", pagination_class=None)
    def booking(self, request: Request, key: UUID) -> Response:
        return Response(booking_in_json(_booking_or_404(self.get_object())))

    @extend_schema(
        summary="Book a slot; the same wish again gives the same booking",
        request=WishBody,
        responses={201: BookingShape, 400: INVALID, 404: UNKNOWN, 409: REFUSED},
    )
    @booking.mapping.post
    def book(self, request: Request, key: UUID) -> Response:
        invitation = _known(invitation_to_book(_client(request), key))
        body = WishBody(data=request.data)
        body.is_valid(raise_exception=True)
        wish = body.wish(invitation.candidate.language)
        booking = book_slot(invitation=invitation, wish=wish, actor=_actor(request), now=timezone.now())
        return Response(booking_in_json(booking), status=201)

    @extend_schema(
        summary="Move the booking; topics, question and the text message stay as they are",
        request=MoveBody,
        responses={200: BookingShape, 400: INVALID, 404: UNKNOWN, 409: REFUSED},
    )
    @booking.mapping.put
    def move(self, request: Request, key: UUID) -> Response:
        booking = _booking_or_404(self.get_object())
        body = MoveBody(data=request.data)
        body.is_valid(raise_exception=True)
        wish = body.wish(booking.language)
        moved = move_booking(booking=booking, wish=wish, actor=_actor(request), now=timezone.now())
        return Response(booking_in_json(moved))

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


def _known(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise Http404
    return invitation


def _actor(request: Request) -> Actor:
    return Actor.of(_client(request), origin="api")


def _invitation_in_json(invitation: Invitation) -> dict[str, Any]:
    return invitation_in_json(invitation, booking_that_counts(list(invitation.bookings.all())))


def _booking_or_404(invitation: Invitation) -> Booking:
    booking = booking_that_counts(list(invitation.bookings.all()))
    if booking is None:
        raise Http404
    return booking
