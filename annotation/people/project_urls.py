from django.urls import path

from annotation.people import event_views, joining_views
from annotation.people import invitation_views as invitations
from annotation.people import project_views as views

urlpatterns = [
    path("projects/new/", views.project_new, name="project-new"),
    path("projects/preview/", views.markdown_preview, name="markdown-preview"),
    path("p/<slug:slug>/settings/", views.project_edit, name="project-edit"),
    path("p/<slug:slug>/work/settings/", views.work_settings, name="work-settings"),
    path("p/<slug:slug>/members/history/", event_views.history, name="history"),
    path("p/<slug:slug>/members/", views.members, name="members"),
    path("p/<slug:slug>/members/invitations/", invitations.invitations, name="invitations"),
    path(
        "p/<slug:slug>/members/invitations/email/",
        invitations.invitation_new_email,
        name="invitation-new-email",
    ),
    path(
        "p/<slug:slug>/members/invitations/link/",
        invitations.invitation_new_link,
        name="invitation-new-link",
    ),
    path(
        "p/<slug:slug>/members/invitations/<int:invitation_id>/revoke/",
        invitations.revoke,
        name="invitation-revoke",
    ),
    path(
        "p/<slug:slug>/members/invitations/<int:invitation_id>/resend/",
        invitations.resend,
        name="invitation-resend",
    ),
    path("invitations/<str:secret>/", joining_views.invitation, name="invitation"),
    path("p/<slug:slug>/members/new/", views.member_new, name="member-new"),
    path("p/<slug:slug>/members/<int:member_id>/", views.member_edit, name="member-edit"),
]
