"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from servicedesk.chunked import measured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")

application = measured(get_wsgi_application())
