from django.urls import URLPattern, URLResolver, include, path

from annotation import copy_views, home, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("annotation.people.urls")),
    path("", include("annotation.people.project_urls")),
    path("", include("annotation.queue.urls")),
    path("", include("annotation.feedback.urls")),
    path("", include("annotation.dialogue.urls")),
    path("", include("annotation.quality.urls")),
    path("", include("annotation.exchange.urls")),
    path("", include("annotation.writing.urls")),
    path("", include("annotation.pool.urls")),
    path("p/<slug:slug>/", views.project, name="project"),
    path("p/<slug:slug>/copy/", copy_views.copy_new, name="project-copy"),
    path("p/<slug:slug>/copied/", copy_views.copied, name="project-copied"),
    path("p/<slug:slug>/ask/", views.project_ask, name="project-ask"),
]
