from django.urls import path

from annotation.queue import views

urlpatterns = [
    path("p/<slug:slug>/work/", views.work, name="work"),
    path("p/<slug:slug>/work/<uuid:public_id>/draft/", views.work_draft, name="work-draft"),
    path("p/<slug:slug>/work/<uuid:public_id>/beat/", views.work_beat, name="work-beat"),
    path("p/<slug:slug>/work/<uuid:public_id>/skip/", views.work_skip, name="work-skip"),
]
