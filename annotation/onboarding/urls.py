from django.urls import path

from annotation.onboarding import admin_views, candidate_views, views

OWN = "p/<slug:slug>/onboarding/"
STEPS = "p/<slug:slug>/members/onboarding/"
CANDIDATES = "p/<slug:slug>/members/candidates/"

urlpatterns = [
    path(OWN, views.onboarding, name="onboarding"),
    path(f"{OWN}<int:step_id>/", views.onboarding_step, name="onboarding-step"),
    path(f"{OWN}<int:step_id>/<slug:part>/", views.onboarding_part, name="onboarding-part"),
    path(f"{OWN}<int:step_id>/<slug:part>/draft/", views.onboarding_draft, name="onboarding-draft"),
    path(STEPS, admin_views.onboarding_steps, name="onboarding-steps"),
    path(f"{STEPS}new/<slug:kind>/", admin_views.onboarding_step_new, name="onboarding-step-new"),
    path(f"{STEPS}<int:step_id>/", admin_views.onboarding_step_edit, name="onboarding-step-edit"),
    path(
        f"{STEPS}<int:step_id>/history/",
        admin_views.onboarding_step_history,
        name="onboarding-step-history",
    ),
    path(
        f"{STEPS}<int:step_id>/preview/",
        admin_views.onboarding_preview,
        name="onboarding-preview",
    ),
    path(
        f"{STEPS}<int:step_id>/move/",
        admin_views.onboarding_step_move,
        name="onboarding-step-move",
    ),
    path(
        f"{STEPS}<int:step_id>/retire/",
        admin_views.onboarding_step_end,
        name="onboarding-step-retire",
    ),
    path(CANDIDATES, candidate_views.candidates, name="candidates"),
    path(f"{CANDIDATES}grading/", candidate_views.candidate_grading, name="candidate-grading"),
    path(f"{CANDIDATES}<int:place>/", candidate_views.candidate, name="candidate"),
    path(
        f"{CANDIDATES}<int:place>/decide/", candidate_views.candidate_end, name="candidate-decide"
    ),
]
