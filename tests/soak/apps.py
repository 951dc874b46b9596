import os

from django.apps import AppConfig


class SoakConfig(AppConfig):
    name = "tests.soak"
    label = "soak"

    def ready(self):
        from tests.soak.fast_time import shorten_timeouts  # after the models are loaded

        shorten_timeouts(float(os.environ["SOAK_PACE"]))
