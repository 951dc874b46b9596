"""Production settings with two baseline views."""

import os

from spreekuur.settings import *  # noqa: F403
from spreekuur.settings import STORAGES

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = os.environ["BENCH_STATIC"]
# File names are looked up as in production; only compression, which takes a minute, is left out.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
