"""Addresses of complaints."""

from django.urls import path

from complaints.views import files, listing, page

urlpatterns = [
    path("complaints/", listing.complaints, name="complaints"),
    path("complaints/<str:number>/", page.complaint_page, name="complaint"),
    path("complaints/<str:number>/photos/", files.photo, name="complaint_photo"),
    path("complaints/<str:number>/paper/", files.paper, name="complaint_paper"),
    path("complaints/<str:number>/reveal/", page.reveal, name="complaint_reveal"),
    path("complaints/<str:number>/do/<slug:verb>/", page.complaint_step, name="complaint_step"),
]
