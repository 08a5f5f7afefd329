from django.urls import path

from inference import views

urlpatterns = [
    path("p/<slug:slug>/models/base/", views.base_model, name="base-model"),
]
