"""Production settings with shortened time-outs."""

from spreekuur.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.soak.apps.SoakConfig"]  # noqa: F405
