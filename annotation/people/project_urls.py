from django.urls import path

from annotation.people import event_views
from annotation.people import project_views as views

urlpatterns = [
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/preview/", views.markdown_preview, name="markdown-preview"),
    path("p/<slug:slug>/settings/", views.project_edit, name="project-edit"),
    path("p/<slug:slug>/work/settings/", views.work_settings, name="work-settings"),
    path("p/<slug:slug>/members/history/", event_views.history, name="history"),
    path("p/<slug:slug>/members/", views.members, name="members"),
    path("p/<slug:slug>/members/new/", views.member_new, name="member-new"),
    path("p/<slug:slug>/members/<int:member_id>/", views.member_edit, name="member-edit"),
]
