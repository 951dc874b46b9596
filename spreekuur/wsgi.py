import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from spreekuur.load_shedding import shed_load

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spreekuur.settings")
application = shed_load(get_wsgi_application(), max_seconds=settings.REQUEST_QUEUE_SECONDS)

from spreekuur.demo_accounts import refuse_demo_accounts  # noqa: E402  # needs the apps

if not settings.DEMO:
    refuse_demo_accounts()
    connections.close_all()  # a preloading server forks after this
gc.collect()
gc.freeze()  # loaded modules stay in memory: collecting them again made one request in twenty four times as slow
gc.set_threshold(50_000, 20, 20)  # slots are thousands of objects without cycles: collect less often
