"""Unavailable database: 503 with Retry-After wherever it fails, and the form can be sent again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parent.parent.parent
PATHS = [("get", "/today/"), ("get", "/my/"), ("get", "/u/token/"), ("post", "/link/"), ("get", "/")]
ASK = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client

def ask(method, path):
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    answer = getattr(client, method)(path)
    return [answer.status_code, answer.headers.get("Retry-After"), b"<h1" in answer.content]
print(json.dumps([ask(method, path) for method, path in {paths}]))
"""


@pytest.mark.parametrize("debug", ["0", "1"])
def test_an_unreachable_database_gives_503(debug):
    environment = {
        "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
        "DEBUG": debug,
        "DEMO": "0",
        "SECRET_KEY": "a-key-for-this-test-only-0123456789-0123456789-0123456789",
        "LINK_SECRET": "a-link-secret-for-this-test-only-0123456789-0123456789",
        "ALLOWED_HOSTS": "testserver",
        "PUBLIC_URL": "https://spreekuur.example",
        "EMAIL_URL": "smtp://mail.example:25",
        "SSL_REDIRECT": "0",
    }

    answer = subprocess.run(
        [sys.executable, "-c", ASK.format(paths=PATHS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(answer.stdout or "null") == [[503, "10", True]] * len(PATHS), answer.stderr[-2000:]
