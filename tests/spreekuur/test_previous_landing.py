"""An installation of the landing before migrates; its links, codes, feeds, opt-outs and queued tasks still work."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREVIOUS = ROOT / "tests" / "previous_landing"


@pytest.mark.process
def test_what_people_hold_of_the_landing_before_still_works(tmp_path):
    facts = json.loads((PREVIOUS / "facts.json").read_text())
    with sqlite3.connect(tmp_path / "previous.sqlite3") as database:
        database.executescript((PREVIOUS / "database.sql").read_text())
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "spreekuur.settings",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{tmp_path}/previous.sqlite3",
        "SECRET_KEY": facts["secret_key"],
        "LINK_SECRET": facts["link_secret"],
        "INBOX_ADDRESS": facts["inbox_address"],
    }

    done = subprocess.run(
        [sys.executable, PREVIOUS / "open.py", PREVIOUS / "facts.json"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "link": [200, True],
        "labels": ["Het diploma ontbreekt nog", "The diploma is still missing"],
        "code": [200, True],
        "feed": [200, 1],
        "stop": [200, True],
        "opted out": [["suppressed", "opted_out"]],
        "reply address": f"booking:{facts['booking']}",
        "bounce address": "bounce:00000000000000000000000000000007",
        "queued tasks": {"outbox.texting.tasks.ask_what_became_of_texts": True, "spreekuur.timetable.tick": True},
        "bookings": 1,
    }
