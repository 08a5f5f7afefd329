"""Every address of the site: the apps' pages, and the API under /api/."""

from django.urls import include, path

urlpatterns = [
    path("", include("annotation.urls")),
    path("", include("inference.urls")),
    path("", include("training.urls")),
    path("api/", include("plumbline.api_urls")),
]
