"""The world of the matrix: the same things in three homes (one's own, the neighbour's, another project's), all marked.

What is in no answer to somebody who may not see it can be searched for: every object carries a word that occurs nowhere
else, and the phones are whole numbers that no page shows unmasked.
"""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import Absence, Department, Project, User
from accounts.states import Role
from billing.models import ChargeItem, Tariff, UnitCharge
from billing.states import Basis
from cases.actions import NewCase, attach_photo, grant, lock, open_case, reveal_contact
from cases.models import Case
from complaints import actions as complaints
from complaints.actions import NewComplaint
from complaints.models import Complaint, Measure
from estate.actions import reindex_register
from estate.imports import actions as imports
from estate.models import Building, Household, HouseholdMember, Person, Unit, Vehicle
from notifications.actions import Notice, tell
from notifications.models import Message, OnCall
from reception import actions as desk
from reception.actions import Caller, NewContact
from records.drafts import keep
from records.exports import ask_for_export
from sla.actions.events import happen
from sla.models import Calendar, CalendarVersion, Clock
from tests.cast import NOON, Cast, make_cast, make_home, make_user
from tests.estate.books import OWNER, PEOPLE, xlsx
from tests.matrix.charged import make_meter, make_run, make_shared_cost
from tests.matrix.collected import collected
from tests.matrix.money import bill_of, money_of
from tests.records.approving import asked
from tickets import actions as tickets
from tickets.actions import NewTicket
from tickets.issuing import issue_paper
from tickets.models import Category, PriceItem, Ticket

FONTS = Path(settings.BASE_DIR) / "static" / "vendor" / "fonts"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OWN, NEIGHBOUR, FOREIGN, MISSING = "own", "neighbour", "foreign", "missing"
PLACES = (OWN, NEIGHBOUR, FOREIGN)
STAFF = ("frontdesk", "cashier", "technician", "head", "supervisor", "gm", "guard", "quality", "admin")
ROLES = ("anonymous", "resident", "resident2", *STAFF, "frontdesk2")
# The families of marked words: matters, the register, notes for staff alone, forms begun, messages, the audit trail,
# workbooks to take over, what a project and its people are called, and what waits for a second person.
CASES, REGISTER, NOTES, DRAFTS, INBOX, AUDIT, WORKBOOKS, COMPANY, APPROVALS = FAMILIES = (
    "cases",
    "register",
    "notes",
    "drafts",
    "inbox",
    "audit",
    "workbooks",
    "company",
    "approvals",
)


def marker(family: str, place: str) -> str:
    """The word by which things of a family in a place are recognised in an answer."""
    return f"zq{family}{place}qz"


@dataclass
class Place:
    """A home and what happened in it: ids by the kind of thing that addresses name."""

    project: Project
    unit: Unit
    phone: str
    desk: User
    technician: User
    importer: User
    cashier: User
    reader: User
    ids: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass
class World:
    """The cast and its three places."""

    cast: Cast
    places: dict[str, Place]

    def user(self, role: str) -> User | None:
        """Who plays the role; nobody is anonymous."""
        return None if role == "anonymous" else self.cast.users[role]

    def ids(self, kind: str, place: str) -> dict[str, object]:
        """The parameters of an address for a kind of thing; those of nothing where it is missing."""
        if place != MISSING:
            return self.places[place].ids[kind]
        return {name: _nothing(name, value) for name, value in self.places[OWN].ids[kind].items()}


def _nothing(name: str, value: object) -> object:
    if name == "code":
        return "nowhere"
    if isinstance(value, int):
        return 999_999_999
    text = str(value)
    if name == "token":
        return "A" * len(text)
    return text[:-4] + "9999" if "-202" in text else "7-7-7777"


def picture() -> SimpleUploadedFile:
    """A photo."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def _number_apart() -> None:
    """Units that nobody lives in, so that a unit and its household never share a key by chance."""
    project = Project.objects.create(code="empty", name_zh="空小区")
    building = Building.objects.create(project=project, code="1")
    for room in ("101", "102", "103", "104"):
        Unit.objects.create(project=project, building=building, number=f"1-1-{room}", entrance="1", room=room)


def make_world() -> World:
    """Everybody, and the same things in all three homes."""
    _number_apart()
    cast = make_cast()
    departments = {
        kind: Department.objects.create(project=cast.other_project, kind=kind, name_zh=str(kind))
        for kind in ("service", "maintenance")
    }
    far = {
        "technician3": make_user("technician3", Role.TECHNICIAN, cast.other_project, departments["maintenance"]),
        "resident3": make_user("resident3", Role.RESIDENT, cast.other_project),
        "admin2": make_user("admin2", Role.ADMIN, cast.other_project),
        "cashier2": make_user("cashier2", Role.CASHIER, cast.other_project),
    }
    far["keeper"] = make_user("keeper", Role.ADMIN, cast.project)
    far["chief"] = make_user("chief", Role.ADMIN, None)
    for name in ("keeper", "chief"):
        far[name].is_staff, far[name].is_superuser = True, name == "chief"
        far[name].save()
    cast.users.update(far)
    unit, _, person = make_home(cast.other_project, "9-9-901", "王大锤", "13744445555")
    person.user = far["resident3"]
    person.save()
    places = _places(cast, unit)
    for name, place in places.items():
        _furnish(name, place)
    for project in (cast.project, cast.other_project):
        reindex_register(project=project)
    return World(cast, places)


def _places(cast: Cast, far: Unit) -> dict[str, Place]:
    """The three homes, each with who works there."""
    here, there = cast.project, cast.other_project
    homes = cast.units
    return {
        OWN: Place(
            here,
            homes["3-2-1501"],
            "13812341234",
            cast.frontdesk,
            cast.technician,
            cast.admin,
            cast.cashier,
            cast.resident,
        ),
        NEIGHBOUR: Place(
            here,
            homes["3-2-1502"],
            "13912345678",
            cast.frontdesk,
            cast.technician2,
            cast.admin,
            cast.cashier,
            cast.resident2,
        ),
        FOREIGN: Place(
            there,
            far,
            "13744445555",
            cast.frontdesk2,
            cast.technician3,
            cast.admin2,
            cast.cashier2,
            cast.frontdesk2,
        ),
    }


def _furnish(name: str, place: Place) -> None:
    word, known, note = marker(CASES, name), marker(REGISTER, name), marker(NOTES, name)
    _call_by_marked_names(name, place)
    household = place.unit.households.get()
    person = household.members.get().person
    person.name, person.preferences = known, known
    person.id_number = f"33010619900101{name[:4]}"
    person.save()
    vehicle = Vehicle.objects.create(project=place.project, plate=f"浙A{known}"[:20], person=person, unit=place.unit)
    ticket, done = _ticket(place, word), _ticket(place, word)
    done = _finished(place, done)
    photo = attach_photo(case=ticket.case, upload=picture(), label="before", by=place.desk, at=NOON)
    caller = Caller(name=word, phone=place.phone, unit=place.unit)
    contact = desk.log_contact(new=NewContact(project=place.project, said=word, caller=caller), by=place.desk, at=NOON)
    case = ticket.case
    said = {"title": marker(INBOX, name)}
    tell([Notice(key=word, template="case.assigned", case=case, to=(place.reader,), data=said)], at=NOON)
    with transaction.atomic():
        happen(case=lock(case), kind="ticket.photo", at=NOON + MINUTE, by=place.desk, text=note, for_resident=False)
    reveal_contact(case=case, by=place.desk, at=NOON, reason=marker(AUDIT, name))
    _begun(name, place)
    ticket.refresh_from_db()
    paper = issue_paper(ticket=ticket, url="https://desk.example.org/", fonts=FONTS, by=place.desk, at=NOON)
    callback = Case.objects.get(parent=done.case, kind="callback")
    listed = [*OWNER[:1], marker(WORKBOOKS, name), *OWNER[2:]]
    workbook = imports.seal(content=xlsx({"业主": [PEOPLE, listed]}), name=f"{marker(WORKBOOKS, name)}.xlsx")
    upload = imports.upload(workbook=workbook, project=place.project, by=place.importer, at=NOON)
    place.ids = {
        **_complained(place, word),
        **money_of(place, known),
        **collected(bill_of(place, known, days=-1), by=place.cashier, word=known),
        "ticket": {"number": case.number},
        "done": {"number": done.case.number},
        "callback": {"number": callback.number},
        "contact": {"number": contact.case.number},
        "case": {"number": case.number},
        "file": {"number": case.number, "token": photo.file.token},
        "paper": {"number": case.number, "token": paper.file.token},
        "clock": {"pk": Clock.objects.filter(case=case).earliest("pk").pk},
        "case_clock": {"number": case.number, "pk": Clock.objects.filter(case=case).earliest("pk").pk},
        "message": {"pk": Message.objects.get(user=place.reader, key__startswith=word, channel="in_app").pk},
        "told": {"pk": _doubtful(place, case, word)},
        "absence": {"pk": _absence(place)},
        "on_call": {"pk": _on_call(place)},
        "import": {"token": upload.token},
        "unit": {"code": place.project.code, "number": place.unit.number},
        "building": {"code": place.project.code, "building": place.unit.building.code},
        "home": {"pk": place.unit.pk},
        "household": {"pk": household.pk},
        "person": {"pk": person.pk},
        "vehicle": {"pk": vehicle.pk},
        "project": {"code": place.project.code},
        **_office(name, place),
        **_calendar(place),
    }


def _begun(name: str, place: Place) -> None:
    """A form that the desk began to fill in."""
    keep(
        key=name,
        form="intake",
        page="/intake/",
        title=marker(DRAFTS, name),
        data={"description": [marker(DRAFTS, name)]},
        project=place.project,
        by=place.desk,
        at=timezone.now(),
    )


def _complained(place: Place, word: str) -> dict[str, dict[str, object]]:
    complaint = _complaint(place, word, by=place.desk)
    written = _complaint(place, word, by=place.reader, channel="online")
    return {
        "complaint": {"number": complaint.case.number},
        "written": {"number": written.case.number},
        "written_remedy": {"pk": written.remedies.earliest("pk").pk},
        "measure": {"number": _measure(place, complaint)},
        "remedy": {"pk": complaint.remedies.earliest("pk").pk},
    }


def _office(name: str, place: Place) -> dict[str, dict[str, object]]:
    company = marker(COMPANY, FOREIGN if name == FOREIGN else OWN)
    return {
        "approval": {"pk": _approval(name, place)},
        "export": {"pk": _export(name, place)},
        "tariff": {"pk": _tariff(name, place)},
        "run": {"pk": make_run(place.project, place.cashier, company)},
        "meter": {"pk": make_meter(place.unit, place.cashier, marker(REGISTER, name))},
        "shared_cost": {"pk": make_shared_cost(place.project, place.cashier, company)},
    }


def _approval(name: str, place: Place) -> int:
    """What the desk asked a second person for."""
    word = marker(APPROVALS, name)
    return asked(place.project, place.desk, NOON, subject=word, reason=word).pk


def _export(name: str, place: Place) -> int:
    """A large list that the desk asked for."""
    given: dict[str, Any] = {"project": place.project, "export": "tickets", "asked": {"q": name}, "rows": 2000}
    return ask_for_export(**given, reason=marker(APPROVALS, name), by=place.desk, at=NOON).pk


def _tariff(name: str, place: Place) -> int:
    """A price of the project that the home bears."""
    item = ChargeItem.objects.get_or_create(
        project=place.project, name=marker(COMPANY, FOREIGN if name == FOREIGN else OWN)
    )[0]
    rate = {"project": place.project, "basis": Basis.AREA, "unit_price": 2, "starts_on": NOON.date()}
    tariff = Tariff.objects.get_or_create(item=item, defaults=rate)[0]
    UnitCharge.objects.create(unit=place.unit, tariff=tariff, starts_on=NOON.date())
    return tariff.pk


def _calendar(place: Place) -> dict[str, dict[str, object]]:
    """A calendar of the project's own, in force; two places may lie in one project."""
    calendar = Calendar.objects.get_or_create(project=place.project)[0]
    if not calendar.versions.exists():
        CalendarVersion.objects.create(
            calendar=calendar, number=1, week={"0": [["09:00", "12:00"]]}, created_at=NOON, approved_at=NOON
        )
    whose = {"place": place.project.pk}
    return {"calendar": dict(whose), "calendar_version": {**whose, "number": 1}}


def _measure(place: Place, complaint: Complaint) -> str:
    """What is changed because of the complaint; the technician has it."""
    measure = Measure.objects.create(
        case=open_case(
            new=NewCase(
                kind="measure",
                state="planned",
                project=place.project,
                title=complaint.case.title,
                department=complaint.case.department,
                handler=place.technician,
            ),
            at=NOON,
            by=place.desk,
        ),
        what=complaint.description,
        due_on=(NOON + timedelta(days=30)).date(),
    )
    measure.complaints.add(complaint)
    grant(case=measure.case, user=place.technician, at=NOON)
    return measure.case.number


def _doubtful(place: Place, case: Case, word: str) -> int:
    """A message to the reader of which nobody knows whether it arrived."""
    message = Message.objects.get(user=place.reader, key__startswith=word, channel="in_app")
    message.pk, message.key, message.channel, message.state = None, f"{word}:outside", "sms", "unknown"
    message.save()
    return int(message.pk)


def _absence(place: Place) -> int:
    since, made = NOON + timedelta(days=40), {"made_by": place.technician, "made_at": NOON}
    absence = Absence.objects.create(
        user=place.technician, starts_at=since, ends_at=since + timedelta(days=1), reason="", **made
    )
    return absence.pk


def _on_call(place: Place) -> int:
    since, made = NOON + timedelta(days=41), {"made_by": place.technician, "made_at": NOON}
    until = since + timedelta(hours=8)
    duty = OnCall.objects.create(
        project=place.project, role="supervisor", user=place.technician, starts_at=since, ends_at=until, **made
    )
    return duty.pk


def happens_more(place: Place, word: str) -> None:
    """One more of most things in a place, for those who see it."""
    done = _finished(place, _ticket(place, word))
    _ticket(place, word)
    caller = Caller(name=word, phone=place.phone, unit=place.unit)
    new = NewContact(project=place.project, said=word, caller=caller)
    desk.log_contact(new=new, by=place.desk, at=NOON)
    desk.queue(new=new, by=place.desk, at=NOON)
    said = {"title": word}
    tell([Notice(key=word, template="case.assigned", case=done.case, to=(place.reader,), data=said)], at=NOON)
    Vehicle.objects.create(project=place.project, plate=f"浙A{word[-7:]}", unit=place.unit)
    money_of(place, word)
    unit = Unit.objects.create(
        project=place.project, building=place.unit.building, number=f"7-7-{place.unit.pk}", room="1"
    )
    household = Household.objects.create(project=place.project, unit=unit, started_on=NOON.date())
    person = Person.objects.create(project=place.project, name=word)
    HouseholdMember.objects.create(household=household, person=person, relation="owner")
    reveal_contact(case=done.case, by=place.desk, at=NOON, reason=word)
    reindex_register(project=place.project)


def _call_by_marked_names(name: str, place: Place) -> None:
    """Mark what the company calls things by: its project, departments, people and prices."""
    company = marker(COMPANY, FOREIGN if name == FOREIGN else OWN)
    if company in place.project.name_zh:
        return
    named = [place.project, *place.project.departments.all()]
    named.append(PriceItem.objects.create(project=place.project, code=f"own-{name}", unit="个", price=1))
    for thing in named:
        thing.name_zh = f"{thing.name_zh} {company}"
        thing.save()
    staff = User.objects.filter(memberships__project=place.project, memberships__role__in=STAFF)
    for count, user in enumerate(staff.distinct()):
        user.name, user.phone = f"{user.name} {company}", f"137{count:02}55{len(name):04}"
        user.save()


def _complaint(place: Place, word: str, *, by: User, channel: str = "phone") -> Complaint:
    """A major one that maintenance has, with a remedy that waits for the resident's word."""
    new = NewComplaint(
        project=place.project,
        unit=place.unit,
        description=word,
        grade="major",
        contact_name=word,
        contact_phone=place.phone,
        channel=channel,
    )
    complaint = complaints.register(new=new, by=by, at=NOON)
    complaint = complaints.refer(
        complaint=complaint,
        department=place.project.departments.get(kind="maintenance"),
        person=place.technician,
        by=place.desk,
        at=NOON + MINUTE,
    )
    complaints.propose_remedy(complaint=complaint, text=word, by=place.technician, at=NOON + 2 * MINUTE)
    return complaint


def _ticket(place: Place, word: str) -> Ticket:
    new = NewTicket(
        project=place.project,
        kind="repair",
        unit=place.unit,
        category=Category.objects.get(code="lamp"),
        description=word,
        contact_name=word,
        contact_phone=place.phone,
    )
    ticket = tickets.open_ticket(new=new, by=place.desk, at=NOON)
    return tickets.dispatch(
        ticket=ticket,
        technician=place.technician,
        window_from=NOON + HOUR,
        window_to=NOON + 2 * HOUR,
        by=place.desk,
        at=NOON + MINUTE,
    ).ticket


def _finished(place: Place, ticket: Ticket) -> Ticket:
    ticket = tickets.accept(ticket=ticket, by=place.technician, at=NOON + 2 * MINUTE)
    ticket = tickets.arrive(ticket=ticket, by=place.technician, at=NOON + HOUR)
    return tickets.complete(ticket=ticket, report=ticket.description, by=place.technician, at=NOON + 2 * HOUR)
