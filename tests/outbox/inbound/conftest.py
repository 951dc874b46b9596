import pytest

from tests.outbox.inbound.samples import INBOX


@pytest.fixture(autouse=True)
def inbox(settings):
    settings.INBOX_ADDRESS = INBOX
