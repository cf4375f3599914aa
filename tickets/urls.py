"""Addresses of tickets, dispatch and a technician's jobs."""

from django.urls import path

from tickets.views import board, jobs, just_done, listing, page, papers

urlpatterns = [
    path("tickets/", listing.tickets, name="tickets"),
    path("tickets/dispatch/", listing.bulk_dispatch, name="ticket_bulk_dispatch"),
    path("tickets/export.<str:kind>", listing.export, name="ticket_export"),
    path("tickets/<str:number>/", page.ticket_page, name="ticket"),
    path("tickets/<str:number>/paper/", papers.paper, name="ticket_paper"),
    path("tickets/<str:number>/photos/", papers.photo, name="ticket_photo"),
    path("tickets/<str:number>/dial/", papers.dial, name="ticket_dial"),
    path("tickets/<str:number>/reveal/", papers.reveal, name="ticket_reveal"),
    path("tickets/<str:number>/clash/", board.dispatch_clash, name="ticket_clash"),
    path("tickets/<str:number>/ask/<slug:verb>/", page.ticket_ask, name="ticket_ask"),
    path("tickets/<str:number>/do/<slug:verb>/", page.ticket_step, name="ticket_step"),
    path("dispatch/", board.dispatch_board, name="dispatch"),
    path("just-done/", just_done.just_done, name="just_done"),
    path("just-done/undo/", just_done.undo, name="just_done_undo"),
    path("my-jobs/", jobs.jobs, name="my_jobs"),
    path("my-jobs/<str:number>/", jobs.job, name="my_job"),
]
