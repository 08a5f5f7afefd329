from django.urls import path

from annotation.exchange import export_views, views

urlpatterns = [
    path("p/<slug:slug>/imports/", views.imports, name="imports"),
    path("p/<slug:slug>/imports/<int:batch_id>/", views.import_show, name="import"),
    path("p/<slug:slug>/imports/<int:batch_id>/start/", views.import_start, name="import-start"),
    path("p/<slug:slug>/imports/<int:batch_id>/cancel/", views.import_cancel, name="import-cancel"),
    path("p/<slug:slug>/imports/<int:batch_id>/repeat/", views.import_repeat, name="import-repeat"),
    path("p/<slug:slug>/exports/", export_views.exports, name="exports"),
    path("p/<slug:slug>/exports/<slug:form>/", export_views.export_download, name="export"),
]
