from django.urls import path

from annotation.dialogue import asking, views

HERE = "p/<slug:slug>/work/<uuid:public_id>/dialogue/"

urlpatterns = [
    path("p/<slug:slug>/dialogues/new/", asking.dialogues_new, name="dialogues-new"),
    path(HERE, views.work_dialogue, name="work-dialogue"),
    path(f"{HERE}finish/", views.dialogue_finish, name="dialogue-finish"),
    *(
        path(f"{HERE}{name}/", views.act_view(act), name=f"dialogue-{name}")
        for name, act in views.ACTS.items()
    ),
]
