from django.urls import path

from annotation.feedback import views

urlpatterns = [
    path("p/<slug:slug>/work/preview/", views.work_preview, name="work-preview"),
    path("p/<slug:slug>/work/<uuid:public_id>/", views.work_task, name="work-task"),
    path("p/<slug:slug>/work/<uuid:public_id>/submit/", views.work_submit, name="work-submit"),
]
