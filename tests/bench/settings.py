"""The settings of a real installation, plus two doors that are only floors to compare with."""

import os

from spreekuur.settings import *  # noqa: F403
from spreekuur.settings import STORAGES

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = os.environ["BENCH_STATIC"]
# The same look-up of names as in production; only the compressing, which takes a minute, is left out.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
