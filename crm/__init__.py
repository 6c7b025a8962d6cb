"""Composition of the installation; importing it makes the Celery application known."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
