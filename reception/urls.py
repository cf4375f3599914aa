"""Addresses of the desk."""

from django.urls import path

from reception.views import call, cars, complaint, contacts, desk, intake, log, moving, search, units

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/line/", desk.line, name="desk_line"),
    path("desk/matters/", desk.matters, name="desk_matters"),
    path("desk/join/", desk.join_line, name="desk_join"),
    path("search/", search.search, name="search"),
    path("rooms/", search.room_lookup, name="room_lookup"),
    path("rooms/home/", search.room_home, name="room_home"),
    path("call/", call.call, name="call"),
    path("call/repeat/", call.repeat_call, name="call_repeat"),
    path("intake/", intake.intake, name="intake"),
    path("intake/suggest/", intake.suggest, name="intake_suggest"),
    path("intake/photos/", intake.photo, name="intake_photo"),
    path("complaints/new/", complaint.new_complaint, name="complaint_new"),
    path("complaints/new/suggest/", complaint.suggest_complaint, name="complaint_suggest"),
    path("contacts/", log.contacts, name="contacts"),
    path("contacts/new/", contacts.new_contact, name="contact_new"),
    path("contacts/<str:number>/", contacts.contact_page, name="contact"),
    path("contacts/<str:number>/finish/", contacts.finish_contact, name="contact_finish"),
    path("contacts/<str:number>/pass/", contacts.pass_on, name="contact_pass"),
    path("contacts/<str:number>/reply/", contacts.reply, name="contact_reply"),
    path("contacts/<str:number>/correct/", contacts.correct_contact, name="contact_correct"),
    path("contacts/<str:number>/dial/", contacts.dial, name="contact_dial"),
    path("contacts/<str:number>/do/<slug:verb>/", contacts.step, name="contact_step"),
    path("residents/<int:pk>/", units.edit_person, name="person_edit"),
    path("residents/<int:pk>/reveal/", units.reveal_number, name="person_reveal"),
    path("homes/<int:pk>/new/", moving.new_resident, name="move_in"),
    path("households/<int:pk>/leave/", moving.leave_home, name="move_out"),
    path("homes/<int:pk>/cars/new/", cars.new_car, name="car_new"),
    path("cars/<int:pk>/", cars.edit_car, name="car_edit"),
    path("units/<slug:code>/<path:number>/", units.unit_page, name="unit"),
]
