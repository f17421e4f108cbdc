"""Django as WSGI; the front process (config.front) hands it everything but the live stream."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
application = get_wsgi_application()
