from django.urls import path

from annotation.feedback import (
    edit_views,
    submission_views,
    suggestion_views,
    unfinished_views,
    views,
)

urlpatterns = [
    path("p/<slug:slug>/work/preview/", views.work_preview, name="work-preview"),
    path("p/<slug:slug>/work/done/", submission_views.work_done, name="work-done"),
    path("p/<slug:slug>/work/last/", submission_views.work_last, name="work-last"),
    path("p/<slug:slug>/work/<uuid:public_id>/edit/", edit_views.work_edit, name="work-edit"),
    path("p/<slug:slug>/work/<uuid:public_id>/", views.work_task, name="work-task"),
    path("p/<slug:slug>/work/<uuid:public_id>/ahead/", views.work_ahead, name="work-ahead"),
    path(
        "p/<slug:slug>/work/<uuid:public_id>/suggest/",
        suggestion_views.work_suggest,
        name="work-suggest",
    ),
    path("work/kept/", unfinished_views.work_kept, name="work-kept"),
    path(
        "p/<slug:slug>/work/<uuid:public_id>/discard/",
        unfinished_views.work_discard,
        name="work-discard",
    ),
    path(
        "p/<slug:slug>/work/<uuid:public_id>/recover/",
        unfinished_views.work_recover,
        name="work-recover",
    ),
    path("p/<slug:slug>/work/<uuid:public_id>/submit/", views.work_submit, name="work-submit"),
]
