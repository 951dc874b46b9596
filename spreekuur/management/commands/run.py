"""`make run`: run web server and worker manager."""

import os
import shlex
import sys
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from honcho.manager import Manager

from candidates.models import Candidate
from organisation.models import User
from spreekuur.run_banner import print_when_ready

PYTHON = shlex.quote(sys.executable)
MANAGE = shlex.quote(str(settings.BASE_DIR / "manage.py"))


class Command(BaseCommand):
    requires_system_checks = ()  # saves one of the five seconds in which it must be ready; `make test` runs them
    help = (
        "Start web and worker together, with the demo hospital in an empty database; Ctrl-C stops both. "
        "For a laptop: in production, run gunicorn for spreekuur.wsgi and `manage.py work`, each under a supervisor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--host", default="127.0.0.1", help="Where to listen; only this machine, unless you say so."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        check_port_is_free(host, port)
        settings.PUBLIC_URL = os.environ.setdefault("PUBLIC_URL", f"http://localhost:{port}")
        os.environ.setdefault("FRIENDLY_ERRORS", "1")
        call_command("createcachetable", verbosity=0)
        if settings.DEMO and not User.objects.exists() and not Candidate.objects.exists():
            call_command("load_demo", stdout=self.stdout)
        connections.close_all()
        print_when_ready(port=port, write=self.stdout.write)
        sys.exit(run_processes(host, port))


def check_port_is_free(host: str, port: int) -> None:
    with socket() as listener:
        listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Is Spreekuur running already? "
                f"Another port: make run PORT={port + 1}"
            ) from None


def run_processes(host: str, port: int) -> int:
    """Run until Ctrl-C or until one process ends. Returns the exit code."""
    manager = Manager()
    listen = f"--bind {shlex.quote(host)}:{port} --worker-class gthread --threads 8"
    quiet = "--no-control-socket --log-level warning --graceful-timeout 3"
    manager.add_process("web", f"exec {PYTHON} -m gunicorn spreekuur.wsgi {listen} {quiet}", cwd=str(settings.BASE_DIR))
    manager.add_process("worker", f"exec {PYTHON} {MANAGE} work --grace 2")
    manager.loop()
    stopped_by_signal = manager.returncode in (130, 143)
    return 0 if stopped_by_signal else int(manager.returncode or 0)
