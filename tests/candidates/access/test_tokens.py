from uuid import UUID

import pytest

from candidates.access.tokens import candidate_path, link_token

KEY = UUID("12345678-1234-5678-1234-567812345678")


def test_a_token_belongs_to_one_version():
    token = link_token(KEY, 1)

    assert len(token) == 43
    assert token == link_token(KEY, 1)
    assert token != link_token(KEY, 2)


@pytest.mark.parametrize(
    ("destination", "page"),
    [
        ("", "/my/"),
        ("stop/", "/my/stop/"),
        ("appointments/12/calendar.ics", "/my/appointments/12/calendar.ics"),
        ("../admin/", "/my/"),
        ("/evil.example/", "/my/"),
        ("//evil.example/", "/my/"),
        ("https://evil.example/", "/my/"),
        ("stop/?next=x", "/my/"),
        ("a\r\nSet-Cookie: x=1", "/my/"),
        ("stop/\n", "/my/"),
        ("a/./b/", "/my/"),
        ("a/..", "/my/"),
    ],
)
def test_candidate_path_ignores_an_unknown_destination(destination, page):
    assert candidate_path(destination) == page
