"""One process with threads that perform their share of the operations. Prints a JSON line per operation.

`python -m tests.torture.process < TASK`, where TASK is JSON from `run.run_operations`.
"""

import json
import sys

import django

django.setup()  # before models are imported

from threading import Barrier, Thread  # noqa: E402

from django.db import connection  # noqa: E402

from tests.bench.client import HttpClient  # noqa: E402
from tests.torture.data import TortureData, random_for  # noqa: E402
from tests.torture.operations import RandomUser  # noqa: E402
from tests.unlocked import Rendezvous, remove_agenda_lock  # noqa: E402


def main():
    task = json.load(sys.stdin)
    if task["unlocked"]:
        remove_agenda_lock(wait=Rendezvous().wait)
    data, threads = TortureData(**task["data"]), task["threads"]
    users = [(task["number"] * threads + number) for number in range(threads)]
    barrier = Barrier(threads)
    workers = [Thread(target=work, args=[data, user, task, barrier]) for user in users]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def work(data, user, task, barrier):
    users_in_total = task["of"] * task["threads"]
    own = range(user, len(data.credentials), users_in_total)
    random_user = RandomUser(data, own, HttpClient(task["port"]), random_for(task["seed"], user), task["mix"])
    barrier.wait()
    for _ in range(user, task["operations"], users_in_total):
        sys.stdout.write(json.dumps(random_user.act()) + "\n")  # in one call, because other threads write as well
    connection.close()


if __name__ == "__main__":
    main()
