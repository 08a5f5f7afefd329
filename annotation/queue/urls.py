from django.urls import path

from annotation.queue import ahead_views, views

urlpatterns = [
    path("p/<slug:slug>/work/", views.work, name="work"),
    path("p/<slug:slug>/work/<uuid:public_id>/draft/", views.work_draft, name="work-draft"),
    path("p/<slug:slug>/work/<uuid:public_id>/beat/", views.work_beat, name="work-beat"),
    path("p/<slug:slug>/work/<uuid:public_id>/skip/", views.work_skip, name="work-skip"),
    path("p/<slug:slug>/work/<uuid:public_id>/next/", ahead_views.work_next, name="work-next"),
    path("p/<slug:slug>/work/<uuid:public_id>/leave/", ahead_views.work_leave, name="work-leave"),
]
