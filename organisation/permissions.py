"""Permissions of staff views."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from organisation.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def current_staff(request: HttpRequest) -> User:
    """Member of staff of this request; for views behind `role_required` or `login_required`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def role_required(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Require one of these roles, or any member of staff without roles. Others get a 404, visitors the sign-in page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if roles and not current_staff(request).roles & set(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate
