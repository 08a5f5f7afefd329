from django.urls import path

from inference import api

urlpatterns = [
    path("projects/<slug:slug>/base/", api.BaseModelView.as_view(), name="api-base"),
    path("projects/<slug:slug>/models/", api.ModelsView.as_view(), name="api-models"),
    path("projects/<slug:slug>/models/<int:model_id>/", api.ModelView.as_view(), name="api-model"),
    path(
        "projects/<slug:slug>/sampling-jobs/",
        api.SamplingJobsView.as_view(),
        name="api-sampling-jobs",
    ),
    path(
        "projects/<slug:slug>/sampling-jobs/<int:job_id>/",
        api.SamplingJobView.as_view(),
        name="api-sampling-job",
    ),
]
