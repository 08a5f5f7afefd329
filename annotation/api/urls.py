from django.urls import path

from annotation.api import (
    account,
    dialogues,
    events,
    exchange,
    invitations,
    members,
    pool,
    projects,
    prompts,
    submissions,
    suggestions,
    talking,
    tasks,
    token,
    work,
    writing,
)

urlpatterns = [
    path("token/", token.TokenView.as_view(), name="api-token"),
    path("account/", account.AccountView.as_view(), name="api-account"),
    path("account/password/", account.PasswordView.as_view(), name="api-account-password"),
    path("projects/", projects.ProjectsView.as_view(), name="api-projects"),
    path("projects/<slug:slug>/", projects.ProjectView.as_view(), name="api-project"),
    path("projects/<slug:slug>/members/", members.MembersView.as_view(), name="api-members"),
    path(
        "projects/<slug:slug>/members/<int:member_id>/",
        members.MemberView.as_view(),
        name="api-member",
    ),
    path(
        "invitations/accept/",
        invitations.InvitationAcceptView.as_view(),
        name="api-invitation-accept",
    ),
    path(
        "projects/<slug:slug>/invitations/",
        invitations.InvitationsView.as_view(),
        name="api-invitations",
    ),
    path(
        "projects/<slug:slug>/invitations/links/",
        invitations.InvitationLinksView.as_view(),
        name="api-invitation-links",
    ),
    path(
        "projects/<slug:slug>/invitations/<int:invitation_id>/",
        invitations.InvitationView.as_view(),
        name="api-invitation",
    ),
    path(
        "projects/<slug:slug>/invitations/<int:invitation_id>/revoke/",
        invitations.InvitationRevokeView.as_view(),
        name="api-invitation-revoke",
    ),
    path(
        "projects/<slug:slug>/invitations/<int:invitation_id>/resend/",
        invitations.InvitationResendView.as_view(),
        name="api-invitation-resend",
    ),
    path("projects/<slug:slug>/events/", events.EventsView.as_view(), name="api-events"),
    path("projects/<slug:slug>/prompts/", prompts.PromptsView.as_view(), name="api-prompts"),
    path(
        "projects/<slug:slug>/prompts/<int:prompt_id>/",
        prompts.PromptView.as_view(),
        name="api-prompt",
    ),
    path(
        "projects/<slug:slug>/prompts/<int:prompt_id>/completions/",
        prompts.CompletionsView.as_view(),
        name="api-completions",
    ),
    path("projects/<slug:slug>/tasks/", tasks.TasksView.as_view(), name="api-tasks"),
    path("projects/<slug:slug>/tasks/claim/", work.ClaimView.as_view(), name="api-claim"),
    path(
        "projects/<slug:slug>/tasks/demonstrations/",
        tasks.DemonstrationsView.as_view(),
        name="api-tasks-demonstrations",
    ),
    path(
        "projects/<slug:slug>/tasks/dialogues/",
        dialogues.DialoguesView.as_view(),
        name="api-tasks-dialogues",
    ),
    path("projects/<slug:slug>/tasks/<int:task_id>/", tasks.TaskView.as_view(), name="api-task"),
    path(
        "projects/<slug:slug>/tasks/<int:task_id>/close/",
        tasks.TaskCloseView.as_view(),
        name="api-task-close",
    ),
    path(
        "projects/<slug:slug>/submissions/",
        submissions.SubmissionsView.as_view(),
        name="api-submissions",
    ),
    path(
        "projects/<slug:slug>/assignments/",
        work.AssignmentsView.as_view(),
        name="api-assignments",
    ),
    path(
        "projects/<slug:slug>/assignments/unfinished/",
        work.UnfinishedView.as_view(),
        name="api-assignments-unfinished",
    ),
    *(
        path(
            f"projects/<slug:slug>/assignments/<uuid:public_id>/{end}",
            view.as_view(),
            name=f"api-assignment{name}",
        )
        for end, view, name in (
            ("", work.AssignmentView, ""),
            ("heartbeat/", work.HeartbeatView, "-heartbeat"),
            ("draft/", work.DraftView, "-draft"),
            ("skip/", work.SkipView, "-skip"),
            ("discard/", work.DiscardView, "-discard"),
            ("recover/", work.RecoverView, "-recover"),
            ("release/", work.ReleaseView, "-release"),
            ("submit/", work.SubmitView, "-submit"),
            ("suggestions/", suggestions.SuggestionsView, "-suggestions"),
            ("revisions/", submissions.RevisionsView, "-revisions"),
            ("dialogue/", talking.DialogueView, "-dialogue"),
            ("dialogue/say/", talking.SayView, "-dialogue-say"),
            ("dialogue/answers/", talking.AnswersView, "-dialogue-answers"),
            ("dialogue/pick/", talking.PickView, "-dialogue-pick"),
            ("dialogue/write/", talking.WriteView, "-dialogue-write"),
            ("dialogue/undo/", talking.UndoView, "-dialogue-undo"),
        )
    ),
    path(
        "projects/<slug:slug>/prompt-findings/",
        pool.FindingsView.as_view(),
        name="api-prompt-findings",
    ),
    path(
        "projects/<slug:slug>/prompt-findings/decide/",
        pool.DecideView.as_view(),
        name="api-prompt-findings-decide",
    ),
    path("projects/<slug:slug>/prompt-jobs/", pool.JobsView.as_view(), name="api-prompt-jobs"),
    path("projects/<slug:slug>/prompt-mix/", pool.MixView.as_view(), name="api-prompt-mix"),
    path("projects/<slug:slug>/prompt-rules/", pool.RulesView.as_view(), name="api-prompt-rules"),
    path("projects/<slug:slug>/written/", writing.WrittenView.as_view(), name="api-written"),
    path(
        "projects/<slug:slug>/written/<uuid:public_id>/",
        writing.WrittenOneView.as_view(),
        name="api-written-one",
    ),
    path("projects/<slug:slug>/imports/", exchange.ImportsView.as_view(), name="api-imports"),
    path(
        "projects/<slug:slug>/imports/<int:import_id>/",
        exchange.ImportView.as_view(),
        name="api-import",
    ),
    path(
        "projects/<slug:slug>/imports/<int:import_id>/start/",
        exchange.ImportStartView.as_view(),
        name="api-import-start",
    ),
    path(
        "projects/<slug:slug>/imports/<int:import_id>/cancel/",
        exchange.ImportCancelView.as_view(),
        name="api-import-cancel",
    ),
    path(
        "projects/<slug:slug>/exports/<str:form>/",
        exchange.ExportView.as_view(),
        name="api-export",
    ),
]
