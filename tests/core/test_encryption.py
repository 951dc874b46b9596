import pytest

from core.encryption import seal, unseal
from core.errors import SealBroken


def test_what_is_sealed_opens_again():
    sealed = seal("gehëim", purpose="calendar")

    assert ("gehëim" in sealed, unseal(sealed, purpose="calendar")) == (False, "gehëim")


@pytest.mark.parametrize(("secret", "purpose"), [(None, "mfa"), ("another-key", "calendar")])
def test_what_is_sealed_opens_for_its_purpose_and_key_only(settings, secret, purpose):
    sealed = seal("geheim", purpose="calendar")
    settings.SECRET_KEY = secret or settings.SECRET_KEY

    with pytest.raises(SealBroken):
        unseal(sealed, purpose=purpose)
