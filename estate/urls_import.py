"""Addresses of imports and the export of the register."""

from django.urls import path

from estate import views_import as views

urlpatterns = [
    path("register/import/", views.imports, name="register_imports"),
    path("register/import/<str:token>/", views.one_import, name="register_import"),
    path("register/import/<str:token>/columns/", views.match_columns, name="register_import_columns"),
    path("register/import/<str:token>/cells/", views.mend, name="register_import_mend"),
    path("register/import/<str:token>/take-over/", views.take_over, name="register_import_take_over"),
    path("register/import/<str:token>/progress/", views.progress, name="register_import_progress"),
    path("register/import/<str:token>/call-off/", views.call_off, name="register_import_call_off"),
    path("register/import/<str:token>/take-back/", views.take_back, name="register_import_take_back"),
    path("register/export/", views.export, name="register_export"),
]
