"""The web process, for any WSGI server: `granian --interface wsgi holdshort.wsgi:application`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

from holdshort.records import schema

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "holdshort.settings")
os.environ.setdefault("HOLDSHORT_ROLE", "web")
application = get_wsgi_application()
schema.require_fit()
# What is loaded now stays to the end, so no later search for garbage need look at it.
gc.freeze()
