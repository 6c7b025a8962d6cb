"""The REST API: every package's endpoints under one router, and its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

import analytics.api
import complaints.api
import core.api.routes
import customers.api
from core.api_scopes import register_resource

router = SimpleRouter(use_regex_path=False)
for routes in (customers.api.routes, complaints.api.routes, analytics.api.routes, core.api.routes.routes):
    for prefix, viewset, basename in routes:
        router.register(prefix, viewset, basename=basename)
        viewset.scope_resource = prefix
        model = getattr(viewset, "model", None)
        register_resource(prefix, model._meta.label_lower if model is not None else "")

urlpatterns = [
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
