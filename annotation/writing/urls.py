from django.urls import path

from annotation.writing import views

urlpatterns = [
    path("p/<slug:slug>/write/", views.write, name="write"),
    path("write/kept/", views.write_kept, name="write-kept"),
    path("p/<slug:slug>/written/", views.written, name="written"),
    path("p/<slug:slug>/written/withdraw/", views.written_withdraw, name="written-withdraw"),
    path("p/<slug:slug>/write/<str:kind>/", views.write, name="write-kind"),
    path("p/<slug:slug>/write/<str:kind>/draft/", views.write_draft, name="write-draft"),
    path("p/<slug:slug>/write/<str:kind>/beat/", views.write_beat, name="write-beat"),
    path("p/<slug:slug>/write/<str:kind>/preview/", views.write_preview, name="write-preview"),
]
