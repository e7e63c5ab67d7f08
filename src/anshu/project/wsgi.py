# SPDX-License-Identifier: Apache-2.0
"""The web process: Django over WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshu.project.settings")
application = get_wsgi_application()
