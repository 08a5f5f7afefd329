from django.urls import URLPattern, URLResolver, include, path

from annotation import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("annotation.people.urls")),
]
