"""Every sentence of the screens exists in Dutch; gettext itself collects and checks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/nl/LC_MESSAGES/django.po")
NO_SOURCES = shutil.ignore_patterns(".*", "tests", "var", "staticfiles", "static", "__pycache__", "*.lock")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Our catalogue as it would be after collecting the sentences anew."""
    copy = tmp_path_factory.mktemp("translations") / "sources"
    shutil.copytree(ROOT, copy, ignore=NO_SOURCES)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "nl", "--no-obsolete", "--verbosity", "0"],
        cwd=copy,
        check=True,
    )
    return polib.pofile((copy / CATALOGUE).read_text())


def test_no_sentence_lacks_its_dutch(collected):
    assert [entry.msgid for entry in collected.untranslated_entries()] == []


def test_no_dutch_is_a_guess(collected):
    assert [entry.msgid for entry in collected.fuzzy_entries()] == []


def test_the_kept_catalogue_holds_nothing_that_is_gone(collected):
    kept = {(entry.msgctxt, entry.msgid) for entry in polib.pofile((ROOT / CATALOGUE).read_text())}

    assert kept - {(entry.msgctxt, entry.msgid) for entry in collected} == set()


def test_every_dutch_sentence_keeps_its_placeholders():
    check = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", str(ROOT / CATALOGUE)], capture_output=True, text=True
    )

    assert check.returncode == 0, check.stderr
