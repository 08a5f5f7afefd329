from django.urls import path

from annotation.discussion import views

urlpatterns = [
    path("p/<slug:slug>/channel/", views.channel, name="channel"),
    path("p/<slug:slug>/channel/emails/", views.emails, name="channel-emails"),
    path("p/<slug:slug>/channel/messages/<int:message_id>/", views.message, name="message"),
    path(
        "p/<slug:slug>/channel/messages/<int:message_id>/remove/",
        views.remove,
        name="message-remove",
    ),
    path(
        "p/<slug:slug>/tasks/<int:task_id>/discussion/",
        views.task_discussion,
        name="task-discussion",
    ),
    path(
        "p/<slug:slug>/work/<uuid:public_id>/discussion/",
        views.work_discussion,
        name="work-discussion",
    ),
]
