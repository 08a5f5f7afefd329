from django.urls import path

from annotation.gold import views

urlpatterns = [
    path("p/<slug:slug>/quality/gold/", views.gold, name="gold"),
    path("p/<slug:slug>/quality/gold/rules/", views.gold_rules, name="gold-rules"),
    path("p/<slug:slug>/quality/gold/new/", views.gold_choose, name="gold-choose"),
    path("p/<slug:slug>/quality/gold/new/<int:task_id>/", views.gold_new, name="gold-new"),
    path("p/<slug:slug>/quality/gold/retire/", views.gold_end, name="gold-retire"),
    path("p/<slug:slug>/quality/gold/resume/", views.gold_resume, name="gold-resume"),
]
