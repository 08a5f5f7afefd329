from django.urls import path

from training import api

urlpatterns = [
    path("projects/<slug:slug>/rounds/", api.RoundsView.as_view(), name="api-rounds"),
    path("projects/<slug:slug>/rounds/<int:number>/", api.RoundView.as_view(), name="api-round"),
    path(
        "projects/<slug:slug>/rounds/<int:number>/cancel/",
        api.RoundCancelView.as_view(),
        name="api-round-cancel",
    ),
    path(
        "projects/<slug:slug>/rounds/<int:number>/retry/",
        api.RoundRetryView.as_view(),
        name="api-round-retry",
    ),
    path(
        "projects/<slug:slug>/rounds/<int:number>/go-on/",
        api.RoundGoOnView.as_view(),
        name="api-round-go-on",
    ),
    path("projects/<slug:slug>/runs/", api.RunsView.as_view(), name="api-runs"),
    path("projects/<slug:slug>/runs/<int:run_id>/", api.RunView.as_view(), name="api-run"),
    path(
        "projects/<slug:slug>/runs/<int:run_id>/metrics/",
        api.RunMetricsView.as_view(),
        name="api-run-metrics",
    ),
    path(
        "projects/<slug:slug>/runs/<int:run_id>/cancel/",
        api.RunCancelView.as_view(),
        name="api-run-cancel",
    ),
]
