"""Spreekuur as it runs for an employer, in a hurry."""

from spreekuur.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.soak.apps.SoakConfig"]  # noqa: F405
