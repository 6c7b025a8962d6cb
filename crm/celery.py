"""The Celery application: a doorbell for the job table, and beat's one entry.

Celery closes a worker's database connections before and after each task, and has the kernel kill a
pool process whose worker died; both are its own doing when it runs under Django and on Linux.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
app = Celery("perennial")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # the threads of the web process must find this application too
app.autodiscover_tasks()
