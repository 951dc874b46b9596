"""A database that goes away: 503 with Retry-After on every road to it, and the form can be sent again."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "a" * 32
answer = client.{method}("{path}")
print(answer.status_code, answer.headers.get("Retry-After"), b"<h1" in answer.content)
"""


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/today/"), ("get", "/my/"), ("get", "/u/token/"), ("post", "/link/"), ("get", "/")]
)
@pytest.mark.parametrize("debug", ["0", "1"])
def test_a_database_that_is_away_gives_503(method, path, debug):
    environment = {
        "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
        "DEBUG": debug,
        "DEMO": "0",
        "SECRET_KEY": "a-key-for-this-test-only-0123456789-0123456789-0123456789",
        "ALLOWED_HOSTS": "testserver",
        "PUBLIC_URL": "https://spreekuur.example",
        "EMAIL_URL": "smtp://mail.example:25",
        "SSL_REDIRECT": "0",
    }

    answer = subprocess.run(
        [sys.executable, "-c", ASK.format(method=method, path=path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout.split() == ["503", "10", "True"], answer.stderr[-2000:]
