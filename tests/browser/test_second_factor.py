"""The first hour of an application manager: the printed link, a second step that policy asks, and signing in with it.

The passkey is Chromium's virtual authenticator; a passkey needs a name for its host, so the house is `localhost` here.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time

from tests.browser.conftest import open_door
from tests.browser.server import House

EMAIL, PASSWORD = "bo.baas@oostmeer.example", "een lange zin die niemand raadt"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def house(empty_ready, tmp_path):
    with open_door(House(tmp_path / "house", opens_at=datetime.now(UTC), built=empty_ready)) as house:
        house.url = house.url.replace("127.0.0.1", "localhost")
        yield house


@pytest.fixture
def page(chromium):
    """A page in English whose console stays silent: the strict Content-Security-Policy complains there."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    complaints = page.complaints
    context.close()
    assert complaints == []


@pytest.fixture
def signed_in(house, page):
    """By the link that the command prints; then policy asks everybody for a second step."""
    printed = house.manage("create_application_manager", EMAIL, "Bo", "Baas")
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", printed)[1]
    page.goto(house.url + link)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.click("main button.button")
    sign_in(page, house)
    page.goto(house.url + "/setup/policy/")
    page.fill("#id_employer_name", "Ziekenhuis Oostmeer")
    page.fill("#id_short_name", "Oostmeer")
    page.fill("#id_sender_name", "Marit de Wit")
    page.fill("#id_sender_email", "loopbaan@oostmeer.example")
    page.check("#id_second_factor_required")
    page.click("main button.button")
    page.wait_for_url("**/account/2fa/")
    return page


def sign_in(page, house):
    page.goto(house.url + "/account/login/")
    page.fill("#id_login", EMAIL)
    page.fill("#id_password", PASSWORD)
    page.click("main button.button")


def confirm_password(page):
    """Before the second step changes, the password is asked once more."""
    page.fill("#id_password", PASSWORD)
    page.click("main button.button")


def sign_out(page):
    page.context.clear_cookies()


def test_a_code_from_an_app(signed_in, house):
    page = signed_in
    page.goto(house.url + "/setup/")
    assert page.url.endswith("/account/2fa/")

    page.goto(house.url + "/account/2fa/totp/activate/")
    confirm_password(page)
    page.click("summary:has-text('scan')")
    secret = page.locator("details code").inner_text()
    page.fill("#id_code", code_of(secret))
    page.click("main button.button")
    page.goto(house.url + "/setup/")
    assert page.url.endswith("/setup/")

    sign_out(page)
    sign_in(page, house)
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.goto(house.url + "/setup/")
    assert "/account/2fa/authenticate/" in page.url


def test_a_passkey(signed_in, house):
    page = signed_in
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    page.goto(house.url + "/account/2fa/webauthn/add/")
    confirm_password(page)
    page.wait_for_url(lambda url: urlsplit(url).path.endswith("/add/"))  # loaded: its button works by script
    page.fill("#id_name", "Laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(house.url + "/setup/")
    assert page.url.endswith("/setup/")
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    sign_out(page)
    sign_in(page, house)
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/setup/")


def code_of(secret):
    """What the app shows now."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
