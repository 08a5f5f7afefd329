from django.urls import path

from annotation.pool import intake_views, prompt_views, views

urlpatterns = [
    path("p/<slug:slug>/prompts/", prompt_views.prompts, name="prompts"),
    path("p/<slug:slug>/prompts/<int:prompt_id>/", prompt_views.prompt_marks, name="prompt-marks"),
    path("p/<slug:slug>/prompts/change/", prompt_views.prompts_change, name="prompts-change"),
    path("p/<slug:slug>/prompts/findings/", views.findings, name="prompt-findings"),
    path(
        "p/<slug:slug>/prompts/findings/review/",
        views.findings_review,
        name="prompt-findings-review",
    ),
    path("p/<slug:slug>/prompts/scan/", views.scan_state, name="prompt-scan"),
    path("p/<slug:slug>/prompts/scan/start/", views.scan_start, name="prompt-scan-start"),
    path("p/<slug:slug>/prompts/intake/", intake_views.intake, name="prompt-intake"),
    path(
        "p/<slug:slug>/prompts/intake/notice/",
        intake_views.intake_notice,
        name="prompt-intake-notice",
    ),
    path(
        "p/<slug:slug>/prompts/intake/revoke/",
        intake_views.intake_revoke,
        name="prompt-intake-revoke",
    ),
    path("p/<slug:slug>/prompts/mix/", views.mix, name="prompt-mix"),
    path("p/<slug:slug>/prompts/rules/", views.rules, name="prompt-rules"),
]
