"""The web application that gunicorn serves."""

import gc
import os

import django
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from plumbline.static import static_collect

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbline.settings")
django.setup()
static_collect()  # first: the application looks once at what there is to serve
application = get_wsgi_application()

# The pages' code too, else loaded by the first request: gunicorn's processes share what was there
# before they were forked (--preload).
_ = get_resolver().url_patterns

# What is loaded by now stays; looking through it again and again, and at a request's objects as
# often as by default, took an eighth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
