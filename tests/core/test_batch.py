from core.batch import do_each


def test_what_there_is_no_time_for_is_left():
    seen = []

    def work(key):
        seen.append(key)
        return True

    assert do_each([1, 2, 3], work, name="thing", seconds=0) == 1
    assert seen == [1]


def test_one_that_fails_does_not_stop_the_others(caplog):
    def work(key):
        return bool(1 / (key - 2))

    assert do_each([1, 2, 3], work, name="thing") == 2
    assert [record.message for record in caplog.records] == ["thing 2: ZeroDivisionError in test_batch.py:17"]
