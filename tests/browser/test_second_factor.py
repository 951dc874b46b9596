"""First sign-in of an application manager: the printed link, a required second factor, and signing in with it.

The passkey is Chromium's virtual authenticator. A passkey needs a host name, so the installation is `localhost` here.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time

from tests.browser.conftest import running
from tests.browser.person import TIMEOUT_MS
from tests.browser.server import Installation

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "bo.baas@oostmeer.example", "een lange zin die niemand raadt"
CODES = 5  # are tried: each holds for half a minute
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def installation(empty_folder, tmp_path):
    own = Installation(tmp_path / "installation", starts_at=datetime.now(UTC), copy_of=empty_folder)
    with running(own) as installation:
        installation.url = installation.url.replace("127.0.0.1", "localhost")
        yield installation


@pytest.fixture
def page(chromium):
    """English page without console messages, where the Content-Security-Policy reports violations."""
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    complaints = page.complaints
    context.close()
    assert complaints == []


@pytest.fixture
def signed_in(installation, page):
    """Sign in with the printed link, and require a second factor in policy."""
    printed = installation.manage("create_application_manager", EMAIL, "Bo", "Baas")
    link = re.search(r"https?://[^/]+(/account/password/reset/key/\S+)", printed)[1]
    page.goto(installation.url + link)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    submit(page)
    sign_in(page, installation)
    page.goto(installation.url + "/setup/policy/")
    page.fill("#id_employer_name", "Ziekenhuis Oostmeer")
    page.fill("#id_short_name", "Oostmeer")
    page.fill("#id_sender_name", "Marit de Wit")
    page.fill("#id_sender_email", "loopbaan@oostmeer.example")
    page.check("#id_second_factor_required")
    page.fill("#id_second_factor_grace_days", "0")
    submit(page)
    page.wait_for_url("**/account/2fa/")
    return page


def sign_in(page, installation):
    page.goto(installation.url + "/account/login/")
    page.fill("#id_login", EMAIL)
    page.fill("#id_password", PASSWORD)
    submit(page)


def confirm_password(page):
    """Confirm the password, which is required before changing the second factor."""
    page.fill("#id_password", PASSWORD)
    submit(page)


def sign_out(page):
    page.context.clear_cookies()


def test_a_code_from_an_app(signed_in, installation):
    page = signed_in
    page.goto(installation.url + "/setup/")
    assert page.url.endswith("/account/2fa/")

    page.goto(installation.url + "/account/2fa/totp/activate/")
    confirm_password(page)
    page.click("summary:has-text('scan')")
    secret = page.locator("details code").inner_text()
    enter_code(page, secret)
    page.goto(installation.url + "/setup/")
    assert page.url.endswith("/setup/")

    sign_out(page)
    sign_in(page, installation)
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.goto(installation.url + "/setup/")
    assert "/account/2fa/authenticate/" in page.url


def test_a_passkey(signed_in, installation):
    page = signed_in
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    page.goto(installation.url + "/account/2fa/webauthn/add/")
    confirm_password(page)
    page.wait_for_url(lambda url: urlsplit(url).path.endswith("/add/"))  # loaded: its button works by script
    page.fill("#id_name", "Laptop")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto(installation.url + "/setup/")
    assert page.url.endswith("/setup/")
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    sign_out(page)
    sign_in(page, installation)
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/setup/")


def submit(page):
    """And wait for the answer: whoever goes elsewhere at once takes the question back."""
    with page.expect_navigation():
        page.click("main button.button")


def enter_code(page, secret):
    """Enter the next code when the half minute of this one ended on the way."""
    asked = page.url
    for _attempt in range(CODES):
        page.fill("#id_code", code_of(secret))
        submit(page)
        if page.url != asked:
            return
    raise AssertionError(page.locator("main").inner_text())


def code_of(secret):
    """Current code of the authenticator app."""
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"
