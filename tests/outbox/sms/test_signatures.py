"""Twilio's signatures: by the official validator, and two that Twilio documents."""

import pytest
from django.test import RequestFactory, override_settings
from twilio.request_validator import HMAC_SHA256, RequestValidator

from outbox.sms.signatures import is_from_twilio

# https://www.twilio.com/docs/usage/security (the older form of it) and tests/unit/test_request_validator.py of
# github.com/twilio/twilio-python: token, address, fields, signature.
DOCUMENTED = "/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
TWICE = "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234"
FORM = "application/x-www-form-urlencoded"
HOST = "https://mycompany.com"


@pytest.fixture(autouse=True)
def account(settings):
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_WEBHOOK_SECRET = HOST, "12345", ""


def make_request(signature="", *, path=DOCUMENTED, fields=CALL, **headers):
    signed = {"x-twilio-signature": signature} if signature else {}
    return RequestFactory().post(path, fields, headers=signed | headers)


def test_documented_signature_is_accepted():
    assert is_from_twilio(make_request("RSOYDt4T1cUTdK1PDd93/VVr8B8="))


def test_signature_of_a_repeated_field_is_accepted():
    request = RequestFactory().post(
        DOCUMENTED, TWICE, content_type=FORM, headers={"x-twilio-signature": "IK+Dwps556ElfBT0I3Rgjkr1wJU="}
    )

    assert is_from_twilio(request)


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": ""},
        {"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B9="},
        {"signature": "ë"},
        {"path": "/myapp.php?foo=1&bar=3"},
        {"path": "/myapp.php"},
        {"fields": CALL | {"Digits": "4321"}},
        {"fields": CALL | {"Extra": ""}},
    ],
)
def test_wrong_signature_is_refused(wrong):
    values = {"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="} | wrong

    assert not is_from_twilio(make_request(values.pop("signature"), **values))


def test_headers_of_a_proxy_are_ignored():
    proxy_headers = {"host": "10.0.0.7:8000", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http"}

    assert is_from_twilio(make_request("RSOYDt4T1cUTdK1PDd93/VVr8B8=", **proxy_headers))


@override_settings(TWILIO_AUTH_TOKEN="")
def test_no_signature_is_accepted_without_a_secret():
    assert not is_from_twilio(make_request(RequestValidator("").compute_signature(HOST + DOCUMENTED, CALL)))


@override_settings(TWILIO_WEBHOOK_SECRET="a-key-of-our-own")
@pytest.mark.parametrize(("algorithm", "is_accepted"), [("HMAC_SHA256", True), ("HMAC_MD5", False), ("", False)])
def test_shared_key_is_accepted_with_its_algorithm(algorithm, is_accepted):
    signature = RequestValidator("a-key-of-our-own").compute_signature(HOST + DOCUMENTED, CALL, HMAC_SHA256)
    settings_header = {"x-twilio-webhooks-signature-settings": f"key=webhooks_sharedkey_1,algorithm={algorithm}"}

    assert is_from_twilio(make_request(signature, **settings_header)) is is_accepted
