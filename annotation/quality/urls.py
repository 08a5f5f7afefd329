from django.urls import path

from annotation.quality import views

urlpatterns = [
    path("p/<slug:slug>/quality/", views.quality, name="quality"),
    path("p/<slug:slug>/quality/compute/", views.quality_compute, name="quality-compute"),
    path("p/<slug:slug>/quality/settings/", views.quality_settings, name="quality-settings"),
]
