"""Gunicorn logs as everything else does, and writes no access lines: those hold addresses and queries.

The middleware writes one line for each request instead.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.conf import settings

logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
accesslog = None
