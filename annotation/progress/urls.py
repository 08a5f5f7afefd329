from django.urls import path

from annotation.progress import views

urlpatterns = [
    path("p/<slug:slug>/progress/", views.progress, name="progress"),
    path("p/<slug:slug>/progress/rates/", views.rates, name="progress-rates"),
    path("p/<slug:slug>/progress/survey/", views.survey_said, name="progress-survey"),
    path("p/<slug:slug>/work/figures/", views.own, name="own-figures"),
    path("p/<slug:slug>/work/survey/", views.survey, name="survey"),
]
