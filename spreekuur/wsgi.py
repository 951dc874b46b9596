import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spreekuur.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what was loaded stays; looking through all of it again made one request in twenty four times as slow
