"""Temporary Redis server."""

import subprocess
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.processes import HANG_SECONDS
from tests.stand_ins import free_port


@contextmanager
def redis_for(queue):
    """Yield the url of a temporary Redis; empty when the queue is in the database."""
    if queue == "orm":
        yield ""
        return
    with TemporaryDirectory(prefix="spreekuur-redis-") as directory:
        port = free_port()
        asked = {"port": port, "bind": "127.0.0.1", "dir": directory, "save": "", "appendonly": "no"}
        options = [str(word) for name, value in asked.items() for word in (f"--{name}", value)]
        server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        url = f"redis://127.0.0.1:{port}/0"
        try:
            patient = Retry(ConstantBackoff(0.1), retries=100)
            with Redis.from_url(url, retry=patient, retry_on_error=[RedisError]) as client:
                client.ping()
            yield url
        finally:
            server.terminate()
            server.wait(HANG_SECONDS)
