"""Every address of the site: the apps' pages, and the API under /api/."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("plumbline.api_urls")),  # first, so that none of the pages is looked at
    path("", include("annotation.urls")),
    path("", include("inference.urls")),
    path("", include("training.urls")),
]
