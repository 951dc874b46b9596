import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spreekuur.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what was loaded stays; looking through all of it again made one request in twenty four times as slow
gc.set_threshold(50_000, 20, 20)  # a pool's moments are thousands of objects and no circle: look less often
