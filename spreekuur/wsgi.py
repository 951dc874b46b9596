import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spreekuur.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # loaded modules stay in memory: collecting them again made one request in twenty four times as slow
gc.set_threshold(50_000, 20, 20)  # slots are thousands of objects without cycles: collect less often
