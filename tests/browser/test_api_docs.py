"""API documentation page under the Content-Security-Policy."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_description_of_the_api_can_be_read(demo, person):
    visitor = person(demo, language="en")

    visitor.go("/api/v1/docs/")

    operation = visitor.page.get_by_text("Book a slot; repeating the same request returns the same booking")
    expect(operation).to_be_visible()
    operation.click()
    expect(visitor.page.get_by_text("Request body")).to_be_visible()
