"""Adapters of django-allauth: no sign-up, no mail of its own, secrets of second factors encrypted."""

from ipaddress import ip_address, ip_network
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from core.encryption import decrypt, encrypt


def network_of(address: str) -> str:
    """The network of an IP address: /24 for IPv4 and /48 for IPv6, what one subscriber usually has."""
    prefix = 24 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{prefix}", strict=False))


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed sign-ins per address and network: a stranger elsewhere cannot keep a colleague out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{network_of(self.get_client_ip(request))}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        """Fail: mail to staff is posted to the outbox, see spreekuur/staff_mail.py."""
        raise NotImplementedError(template_prefix)


class StaffMFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt(text, purpose="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, purpose="mfa")
