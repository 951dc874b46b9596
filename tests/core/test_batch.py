from time import monotonic, sleep

from core.batch import run_each, shared_deadline


def test_run_each_stops_at_the_shared_deadline():
    seen = []

    with shared_deadline(0):
        assert run_each([1, 2, 3], lambda key: bool(seen.append(key) or True), name="thing") == 1
        assert run_each([4, 5], lambda key: bool(seen.append(key) or True), name="thing") == 1

    assert seen == [1, 4]


def test_a_scan_with_much_work_leaves_time_to_the_last():
    started_at = monotonic()

    with shared_deadline(0.4):
        first = run_each(range(1_000_000), lambda key: not sleep(0.005), name="thing")
        last = run_each(range(1_000_000), lambda key: not sleep(0.005), name="thing")

    assert (first > 1, last > 1, monotonic() - started_at < 0.4) == (True, True, True)


def test_a_deadline_within_another_adds_no_time():
    with shared_deadline(0), shared_deadline(100):
        assert run_each([1, 2], lambda key: True, name="thing") == 1


def test_without_a_deadline_every_key_is_worked_on():
    assert run_each(range(100), lambda key: True, name="thing") == 100


def test_run_each_logs_an_error_and_continues(caplog):
    def work(key):
        return bool(1 / (key - 2))

    assert run_each([1, 2, 3], work, name="thing") == 2
    assert [record.message for record in caplog.records] == ["thing 2: ZeroDivisionError in test_batch.py:37"]
