"""Addresses of collecting."""

from django.urls import path

from billing import views_arrears

urlpatterns = [
    path("arrears/", views_arrears.arrears_ladder, name="arrears"),
    path("arrears/letters/", views_arrears.arrears_letters, name="arrears_letters"),
    path("arrears/letters/<int:pk>/", views_arrears.arrears_batch, name="arrears_batch"),
    path("arrears/<str:number>/", views_arrears.arrears_case, name="arrears_case"),
    path("arrears/<str:number>/bundle/", views_arrears.arrears_bundle, name="arrears_bundle"),
    path("arrears/<str:number>/reveal/", views_arrears.arrears_reveal, name="arrears_reveal"),
    path("arrears/<str:number>/letters/<str:letter>/", views_arrears.arrears_paper, name="arrears_paper"),
    path("arrears/<str:number>/do/<slug:verb>/", views_arrears.arrears_step, name="arrears_step"),
]
