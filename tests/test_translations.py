"""Every sentence of the screens exists in Dutch; gettext itself collects and checks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/nl/LC_MESSAGES/django.po")
NO_SOURCES = shutil.ignore_patterns(".*", "tests", "var", "staticfiles", "static", "__pycache__", "*.lock")


def collected(place):
    """Our catalogue as it would be after collecting the sentences anew."""
    copy = place / "sources"
    shutil.copytree(ROOT, copy, ignore=NO_SOURCES)
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--locale", "nl", "--no-obsolete", "--verbosity", "0"],
        cwd=copy,
        check=True,
    )
    return polib.pofile((copy / CATALOGUE).read_text())


def test_every_sentence_has_its_dutch_and_none_is_a_guess_or_gone(tmp_path):
    """One test, because collecting takes a while."""
    found = collected(tmp_path)
    kept = {(entry.msgctxt, entry.msgid) for entry in polib.pofile((ROOT / CATALOGUE).read_text())}

    wrong = {
        "without Dutch": [entry.msgid for entry in found.untranslated_entries()],
        "a guess": [entry.msgid for entry in found.fuzzy_entries()],
        "gone": kept - {(entry.msgctxt, entry.msgid) for entry in found},
    }

    assert wrong == {"without Dutch": [], "a guess": [], "gone": set()}


def test_every_dutch_sentence_keeps_its_placeholders():
    check = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", str(ROOT / CATALOGUE)], capture_output=True, text=True
    )

    assert check.returncode == 0, check.stderr
