"""Staff access to bookings."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from bookings.models import Booking
from organisation.permissions import current_staff


def booking_or_404(request: HttpRequest, pk: int) -> Booking:
    talks = Booking.objects.visible_to(current_staff(request))
    return get_object_or_404(talks.select_related("invitation__application__candidate", "advisor"), pk=pk)
