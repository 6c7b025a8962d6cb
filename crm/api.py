"""The REST API: every package's endpoints under one router."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
