from core.batch import run_each


def test_run_each_stops_after_its_seconds():
    seen = []

    def work(key):
        seen.append(key)
        return True

    assert run_each([1, 2, 3], work, name="thing", seconds=0) == 1
    assert seen == [1]


def test_run_each_logs_an_error_and_continues(caplog):
    def work(key):
        return bool(1 / (key - 2))

    assert run_each([1, 2, 3], work, name="thing") == 2
    assert [record.message for record in caplog.records] == ["thing 2: ZeroDivisionError in test_batch.py:17"]
