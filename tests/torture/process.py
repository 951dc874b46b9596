"""One of the processes: threads that act until their share is done. Prints a JSON line per operation.

`python -m tests.torture.process < TASK`, where TASK is JSON, as `running.notes_of` writes it.
"""

import json
import sys

import django

django.setup()  # this is a program of its own; models come after

from threading import Barrier, Thread  # noqa: E402

from django.db import connection  # noqa: E402

from tests.bench.client import Client  # noqa: E402
from tests.torture.data import World, dice  # noqa: E402
from tests.torture.operations import Somebody  # noqa: E402
from tests.unlocked import Meeting, take_the_lock_away  # noqa: E402


def main():
    task = json.load(sys.stdin)
    if task["unlocked"]:
        take_the_lock_away(wait=Meeting().wait)
    world, threads = World(**task["world"]), task["threads"]
    people = [(task["number"] * threads + number) for number in range(threads)]
    together = Barrier(threads)
    workers = [Thread(target=live, args=[world, person, task, together]) for person in people]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def live(world, person, task, together):
    everybody = task["of"] * task["threads"]
    own = range(person, len(world.programs), everybody)
    somebody = Somebody(world, own, Client(task["port"]), dice(task["seed"], person), task["mix"])
    together.wait()
    for _ in range(person, task["operations"], everybody):
        sys.stdout.write(json.dumps(somebody.act()) + "\n")  # in one go: others write too
    connection.close()


if __name__ == "__main__":
    main()
