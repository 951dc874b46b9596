"""Who may open a door of staff."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from organisation.models import Role, User

P = ParamSpec("P")
Door = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff_of(request: HttpRequest) -> User:
    """The member of staff who asks; only behind `for_role` or `login_required`."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def for_role(*roles: Role) -> Callable[[Door[P]], Door[P]]:
    """Sign in first; then, without one of the roles, the page does not exist. No roles: any member of staff."""

    def decorate(door: Door[P]) -> Door[P]:
        @wraps(door)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if roles and not staff_of(request).roles & set(roles):
                raise Http404
            return door(request, *args, **kwargs)

        return login_required(guarded)

    return decorate
