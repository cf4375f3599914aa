"""Addresses of complaints."""

from django.urls import path

from complaints.views import figures, files, listing, measures, page

urlpatterns = [
    path("complaints/", listing.complaints, name="complaints"),
    path("complaints/figures/", figures.complaint_figures, name="complaint_figures"),
    path("complaints/<str:number>/", page.complaint_page, name="complaint"),
    path("complaints/<str:number>/photos/", files.photo, name="complaint_photo"),
    path("complaints/<str:number>/paper/", files.paper, name="complaint_paper"),
    path("complaints/<str:number>/reveal/", page.reveal, name="complaint_reveal"),
    path("complaints/<str:number>/do/<slug:verb>/", page.complaint_step, name="complaint_step"),
    path("measures/", measures.measure_list, name="measures"),
    path("measures/new/", measures.new_measure, name="measure_new"),
    path("measures/<str:number>/", measures.measure_page, name="measure"),
    path("measures/<str:number>/do/<slug:verb>/", measures.measure_step, name="measure_step"),
]
