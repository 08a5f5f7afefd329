from django.urls import URLPattern, URLResolver, include, path

from annotation import copy_views, home, site_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("annotation.people.urls")),
    path("", include("annotation.people.project_urls")),
    path("", include("annotation.queue.urls")),
    path("", include("annotation.feedback.urls")),
    path("", include("annotation.dialogue.urls")),
    path("", include("annotation.progress.urls")),
    path("", include("annotation.quality.urls")),
    path("", include("annotation.exchange.urls")),
    path("", include("annotation.discussion.urls")),
    path("", include("annotation.gold.urls")),
    path("", include("annotation.onboarding.urls")),
    path("", include("annotation.review.urls")),
    path("", include("annotation.writing.urls")),
    path("", include("annotation.pool.urls")),
    path("p/<slug:slug>/", views.project, name="project"),
    path("site/people/", site_views.site_people, name="site-people"),
    path("site/people/new/", site_views.site_person_new, name="site-person-new"),
    path("site/people/<int:user_id>/", site_views.site_person, name="site-person"),
    path("site/projects/", site_views.site_projects, name="site-projects"),
    path("site/history/", site_views.site_history, name="site-history"),
    path("p/<slug:slug>/copy/", copy_views.copy_new, name="project-copy"),
    path("p/<slug:slug>/copied/", copy_views.copied, name="project-copied"),
    path("p/<slug:slug>/ask/", views.project_ask, name="project-ask"),
]
