import pytest

from core.encryption import DecryptionFailed, decrypt, encrypt


def test_decrypt_returns_what_was_encrypted():
    encrypted = encrypt("gehëim", purpose="calendar")

    assert ("gehëim" in encrypted, decrypt(encrypted, purpose="calendar")) == (False, "gehëim")


@pytest.mark.parametrize(("secret", "purpose"), [(None, "mfa"), ("another-key", "calendar")])
def test_decrypt_refuses_another_purpose_or_key(settings, secret, purpose):
    encrypted = encrypt("geheim", purpose="calendar")
    settings.SECRET_KEY = secret or settings.SECRET_KEY

    with pytest.raises(DecryptionFailed):
        decrypt(encrypted, purpose=purpose)
