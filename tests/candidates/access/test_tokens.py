from uuid import UUID

import pytest

from candidates.access.tokens import page_of, token_of

KEY = UUID("12345678-1234-5678-1234-567812345678")


def test_a_token_is_made_for_one_version_only():
    token = token_of(KEY, 1)

    assert len(token) == 43
    assert token == token_of(KEY, 1)
    assert token != token_of(KEY, 2)


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
def test_only_a_path_that_we_write_ourselves_is_followed(destination, page):
    assert page_of(destination) == page
