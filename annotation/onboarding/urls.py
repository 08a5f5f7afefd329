from django.urls import path

from annotation.onboarding import views

urlpatterns = [
    path("p/<slug:slug>/onboarding/", views.onboarding, name="onboarding"),
    path("p/<slug:slug>/onboarding/<int:step_id>/", views.onboarding_step, name="onboarding-step"),
    path(
        "p/<slug:slug>/onboarding/<int:step_id>/<slug:part>/",
        views.onboarding_part,
        name="onboarding-part",
    ),
    path(
        "p/<slug:slug>/onboarding/<int:step_id>/<slug:part>/draft/",
        views.onboarding_draft,
        name="onboarding-draft",
    ),
]
