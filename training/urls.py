from django.urls import path

from training import views

urlpatterns = [
    path("p/<slug:slug>/rounds/", views.rounds, name="rounds"),
    path("p/<slug:slug>/rounds/new/", views.round_new, name="round-new"),
    path("p/<slug:slug>/rounds/<int:number>/", views.round_show, name="round"),
    path("p/<slug:slug>/rounds/<int:number>/cancel/", views.round_stop, name="round-cancel"),
    path("p/<slug:slug>/rounds/<int:number>/retry/", views.round_again, name="round-retry"),
    path("p/<slug:slug>/rounds/<int:number>/go-on/", views.round_proceed, name="round-go-on"),
    path("p/<slug:slug>/runs/<int:run_id>/", views.run_show, name="run"),
    path("p/<slug:slug>/runs/<int:run_id>/cancel/", views.run_stop, name="run-cancel"),
    path("p/<slug:slug>/runs/<int:run_id>/metrics.json", views.run_points, name="run-metrics"),
    path("p/<slug:slug>/models/", views.models, name="models"),
]
