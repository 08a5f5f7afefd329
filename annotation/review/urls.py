from django.urls import path

from annotation.review import deciding_views, views

urlpatterns = [
    path("p/<slug:slug>/quality/review/", views.review, name="review"),
    path("p/<slug:slug>/quality/review/settings/", views.review_rules, name="review-rules"),
    path("p/<slug:slug>/quality/review/<int:task_id>/", views.review_task, name="review-task"),
    path(
        "p/<slug:slug>/quality/review/<int:task_id>/verdict/",
        views.review_verdict,
        name="review-verdict",
    ),
    path("p/<slug:slug>/quality/review/<int:task_id>/undo/", views.review_undo, name="review-undo"),
    path(
        "p/<slug:slug>/quality/review/<int:task_id>/decide/",
        deciding_views.review_decide,
        name="review-decide",
    ),
    path("p/<slug:slug>/work/<uuid:public_id>/reply/", views.work_reply, name="work-reply"),
]
