import os

from django.apps import AppConfig


class SoakConfig(AppConfig):
    name = "tests.soak"
    label = "soak"

    def ready(self):
        from tests.soak.fast_time import hurry  # models come first

        hurry(float(os.environ["SOAK_PACE"]))
