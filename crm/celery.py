"""The Celery application: a doorbell for the job table, and beat's one entry.

Celery closes a worker's database connections before and after each task, and has the kernel kill a
pool process whose worker died; both are its own doing when it runs under Django and on Linux.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
app = Celery("perennial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # the threads of the web process must find this application too
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_web(**kwargs: Any) -> None:
    """Let worker and beat log as the web processes do; Celery then adds nothing of its own."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
