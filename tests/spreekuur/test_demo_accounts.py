"""Demo accounts in an installation that is not a demo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from organisation.models import AuditEvent, Role, User
from spreekuur.demo_accounts import demo_accounts, demo_addresses, refuse_demo_accounts
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent


def make_demo_user(*roles):
    user = make_user(*roles)
    User.objects.filter(pk=user.pk).update(email=min(demo_addresses()))
    return user


def test_an_installation_with_a_demo_account_refuses_and_names_the_command():
    make_demo_user(Role.ADVISOR)

    with pytest.raises(ImproperlyConfigured, match="remove_demo_accounts"):
        refuse_demo_accounts()


def test_an_installation_with_its_own_accounts_starts():
    make_user(Role.ADVISOR)

    assert refuse_demo_accounts() is None


def test_removing_closes_the_account_and_ends_its_session(client, capsys):
    user = make_demo_user(Role.APPLICATION_MANAGER)
    client.force_login(user)

    call_command("remove_demo_accounts")

    user.refresh_from_db()
    closed = (user.is_active, user.has_usable_password(), list(user.grants.all()), Session.objects.count())
    assert closed == (False, False, [], 0)
    assert list(demo_accounts()) == []
    assert list(AuditEvent.objects.filter(about=f"user:{user.pk}").values_list("action", "origin")) == [
        ("user.remove_demo", "command")
    ]
    assert capsys.readouterr().out == "1 demo accounts are closed: they cannot sign in and have no role.\n"


def test_the_demo_has_staff_to_recognise():
    assert len(demo_addresses()) > 5


@pytest.mark.process
def test_web_and_worker_refuse_to_start_in_production_with_the_demo_loaded(tmp_path):
    own = {"DATABASE_URL": f"sqlite:///{tmp_path}/demo.sqlite3", "PATH": os.environ["PATH"]}
    made = "from django.core.management import call_command as c; c('migrate', verbosity=0); c('load_demo')"
    subprocess.run([sys.executable, "manage.py", "shell", "--no-imports", "-c", made], cwd=ROOT, env=own, check=True)
    in_production = [".ci/as-production", "env", f"DATABASE_URL={own['DATABASE_URL']}", sys.executable]

    ended = [
        subprocess.run([*in_production, *command], cwd=ROOT, env=own, capture_output=True, text=True)
        for command in (["-c", "import spreekuur.wsgi"], ["manage.py", "work"])
    ]

    refused = [("manage.py remove_demo_accounts" in one.stderr, one.returncode != 0) for one in ended]
    assert refused == [(True, True), (True, True)]
