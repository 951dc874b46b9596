"""Every test says what it needs, so that a command can leave it out; what it does beside that fails it."""

import subprocess
import sys

import pytest

from tests import markers
from tests.oracle_process import ask
from tests.races import run_concurrently


def test_the_markers_of_all_tests_are_right(request):
    assert [fault for item in request.session.items for fault in markers.faults_of(item)] == []


@pytest.mark.parametrize(
    ("needed", "work"),
    [
        ("process", lambda: subprocess.run([sys.executable, "--version"])),
        ("oracle", lambda: ask("node", "count", "Tot dinsdag.")),
        ("race", lambda: run_concurrently([str], threads=1)),
    ],
)
def test_a_test_without_the_marker_fails(needed, work):
    with pytest.raises(AssertionError, match=f"needs the marker .*{needed}"):
        work()


@pytest.mark.parametrize(
    ("name", "marks", "fault"),
    [
        ("test_without_the_lock_two_get_it", [], "a control"),
        ("test_it_is_booked", [pytest.mark.control], "a control"),
        ("test_it_is_booked", [pytest.mark.both_databases], "it asks none"),
        ("test_it_is_booked", [pytest.mark.browser], "tests/browser"),
        ("test_without_a_room_it_is_refused", [], None),
    ],
)
def test_a_wrong_marker_is_found(request, name, marks, fault):
    item = pytest.Function.from_parent(request.node.parent, name=name, callobj=lambda: None)
    for mark in marks:
        item.add_marker(mark)

    found = list(markers.faults_of(item))

    assert [fault in one for one in found] == ([True] if fault else [])
