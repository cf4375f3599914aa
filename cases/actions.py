"""Writes shared by every kind of case.

Numbering, opening the row, locking, access, photos, revealing a contact, the sign of who is filling in a form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files import File
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Department, Project, User
from cases.models import Attachment, Case, CaseAccess, Presence
from cases.registry import kind_of
from cases.rules import PRESENT_FOR, case_tokens, format_number
from cases.states import Channel, PhotoLabel, Urgency
from core.errors import Invalid, Stale
from estate.models import Building, Household, Unit
from records.actions import add_tokens, audit, index, index_many, store_image
from records.models import StoredFile

SEARCH_KIND = "case"
# The fields that a case is found by.
SOUGHT = frozenset({"title", "contact_name", "contact_phone", "unit", "place"})
REINDEXED_AT_ONCE = 500
# One statement makes the row, locks it and counts on; the ORM has no upsert that computes.
COUNT_ON = """
    INSERT INTO cases_counter (prefix, day, last) VALUES (%s, %s, %s)
    ON CONFLICT (prefix, day) DO UPDATE SET last = cases_counter.last + excluded.last
    RETURNING last
"""


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What any kind of case is opened with."""

    kind: str
    state: str
    project: Project
    title: str
    unit: Unit | None = None
    building: Building | None = None
    household: Household | None = None
    place: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    channel: str = Channel.PHONE
    urgency: str = Urgency.NORMAL
    category: str = ""
    grade: str = ""
    department: Department | None = None
    handler: User | None = None
    parent: Case | None = None
    promised_at: datetime | None = None
    reserved_for: str = ""
    is_history: bool = False
    reference: str = ""


def next_number(*, prefix: str, day: date) -> str:
    """Give out the next number of a prefix and day: one counter row, locked until the transaction ends."""
    return next_numbers(prefix=prefix, day=day, count=1)[0]


def next_numbers(*, prefix: str, day: date, count: int) -> list[str]:
    """Give out as many numbers in a row, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ON, [prefix, connection.ops.adapt_datefield_value(day), count])
        (last,) = cursor.fetchone()
    return [format_number(prefix, day, number) for number in range(last - count + 1, last + 1)]


def open_case(*, new: NewCase, at: datetime, by: User | None) -> Case:
    """Write the row of a new case and make it findable; the caller's action appends its first event.

    The number's day is the day in the project's time zone. Raises `Invalid` where the unit is another project's.
    """
    if new.unit is not None and new.unit.project_id != new.project.pk:
        raise Invalid(_("This unit belongs to another project."), fields={"unit": _("Not in this project.")})
    kind = kind_of(new.kind)
    case = Case.objects.create(
        number=next_number(prefix=kind.prefix, day=at.astimezone(new.project.tz).date()),
        kind=new.kind,
        state=new.state,
        phase=kind.phases[new.state],
        project=new.project,
        title=new.title[:200],
        unit=new.unit,
        building_id=new.unit.building_id if new.unit else getattr(new.building, "pk", None),
        household=new.household,
        place=new.place,
        contact_name=new.contact_name,
        contact_phone=new.contact_phone,
        channel=new.channel,
        urgency=new.urgency,
        category=new.category,
        grade=new.grade,
        department=new.department,
        handler=new.handler,
        taken_by=by,
        parent=new.parent,
        promised_at=new.promised_at,
        reserved_for=new.reserved_for,
        opened_at=at,
        is_history=new.is_history,
        reference=new.reference,
    )
    add_tokens(project=new.project, kind=SEARCH_KIND, object_id=case.pk, tokens=_tokens(case), rank=_rank(case))
    return case


def open_cases(*, news: Sequence[NewCase], at: datetime) -> list[Case]:
    """Write the rows of many cases of one kind and project, found by nobody's hand, in a few statements.

    The caller's action appends the first event of each (`sla.actions.happen_to_many`).
    """
    if not news:
        return []
    kind, project = kind_of(news[0].kind), news[0].project
    numbers = next_numbers(prefix=kind.prefix, day=at.astimezone(project.tz).date(), count=len(news))
    made = [
        Case(
            number=number,
            kind=new.kind,
            state=new.state,
            phase=kind.phases[new.state],
            project=project,
            title=new.title[:200],
            unit=new.unit,
            building_id=new.unit.building_id if new.unit else None,
            household=new.household,
            contact_name=new.contact_name,
            contact_phone=new.contact_phone,
            channel=new.channel,
            department=new.department,
            opened_at=at,
        )
        for number, new in zip(numbers, news, strict=True)
    ]
    cases = Case.objects.bulk_create(made)
    things = {case.pk: (_tokens(case), _rank(case)) for case in cases}
    index_many(project=project, kind=SEARCH_KIND, things=things)
    return cases


def _tokens(case: Case) -> set[str]:
    return case_tokens(
        number=case.number,
        title=case.title,
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        unit_number=case.unit.number if case.unit else "",
        place=case.place,
    )


def reindex(*, case: Case) -> None:
    """Make the case findable by what it says now. Whoever changes it with an event need not ask for it."""
    index(project=case.project, kind=SEARCH_KIND, object_id=case.pk, tokens=_tokens(case), rank=_rank(case))


def retitle(*, titles: Mapping[Case, str]) -> None:
    """Call locked cases of one project something else, and make them findable by it; those already called so stay."""
    changed = [case for case, title in titles.items() if case.title != title[:200]]
    if not changed:
        return
    for case in changed:
        case.title = titles[case][:200]
    Case.objects.bulk_update(changed, ["title"])
    things = {case.pk: (_tokens(case), _rank(case)) for case in changed}
    index_many(project=changed[0].project, kind=SEARCH_KIND, things=things)


def reindex_cases(*, project: Project) -> int:
    """Make every case of a project findable by what it says now, in batches. Returns how many cases there are."""
    last, count = 0, 0
    rows = Case.objects.filter(project=project).select_related("unit").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:REINDEXED_AT_ONCE]):
        things = {case.pk: (_tokens(case), _rank(case)) for case in batch}
        index_many(project=project, kind=SEARCH_KIND, things=things)
        last, count = batch[-1].pk, count + len(batch)
    return count


def _rank(case: Case) -> int:
    """The newest first."""
    return int(case.opened_at.timestamp())


def lock(case: Case, *, expected: int | None = None) -> Case:
    """Lock the case (its parent first) and return it as it stands now.

    `expected` is the version that the person last saw; raises `Stale` with both versions where it moved on.
    """
    locked = lock_rows(pk for pk in (case.parent_id, case.pk) if pk is not None)[case.pk]
    require_version(locked, expected)
    return locked


def lock_rows(pks: Iterable[int], also: Q | None = None) -> dict[int, Case]:
    """Lock cases in one statement, the oldest first, each holding on to its parent where that is among them.

    `also` says which others, where their keys are not known.

    A parent is always older than its child: whoever locks by age never waits for somebody who waits for them.
    """
    wanted = Q(pk__in=list(pks)) | (also or Q(pk__in=()))
    found = Case.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk")
    rows = {row.pk: row for row in found.select_related("project", "unit", "department", "handler", "taken_by")}
    for row in rows.values():
        if row.parent_id in rows:
            row.parent = rows[row.parent_id]
    return rows


def require_version(case: Case, expected: int | None) -> None:
    """Raise `Stale` with both versions where the locked case is not as the person last saw it."""
    if expected is not None and expected != case.version:
        raise Stale(
            _("Somebody changed this matter since you opened it. Look at what changed, then decide again."),
            values={"yours": expected, "now": case.version, "state": case.state},
        )


def grant(*, case: Case, at: datetime, user: User | None = None, department: Department | None = None) -> None:
    """Let a person or a department see the case."""
    CaseAccess.objects.bulk_create(
        [CaseAccess(case=case, user=user, department=department, granted_at=at)], ignore_conflicts=True
    )


def revoke(*, case: Case, at: datetime, user: User | None = None, department: Department | None = None) -> None:
    """End a person's or a department's access to the case."""
    CaseAccess.objects.filter(case=case, user=user, department=department, ended_at=None).update(ended_at=at)


@transaction.atomic
def attach_photo(
    *, case: Case, upload: "File[bytes]", label: str, by: User, at: datetime, for_resident: bool = True
) -> Attachment:
    """Keep a photo or signature with the case. Raises `Invalid` for what is no image or too large."""
    if label not in PhotoLabel.values:
        raise Invalid(_("Say what the photo shows."), fields={"label": _("Unknown label.")})
    stored = store_image(upload=upload, project=case.project, by=by, at=at)
    return attach(case=case, file=stored, label=label, by=by, at=at, for_resident=for_resident)


def attach(
    *, case: Case, file: StoredFile, label: str, by: User | None, at: datetime, for_resident: bool = True
) -> Attachment:
    """Hang a kept file on the case. A form that was printed changes nothing that anybody decides on: no new version."""
    attachment = Attachment.objects.create(
        case=case, file=file, label=label, added_at=at, added_by=by, for_resident=for_resident
    )
    if label != PhotoLabel.PAPER:
        Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return attachment


@transaction.atomic
def reveal_contact(*, case: Case, by: User, at: datetime, reason: str) -> str:
    """Return the contact's phone in clear, after writing who asked and why.

    Raises `Invalid` without a reason. Source: 物业客服人员行为规范 一.4 (保守客户信息秘密).
    """
    if not reason.strip():
        raise Invalid(_("Say why you need the number."), fields={"reason": _("Required.")})
    audit(at=at, by=by, project=case.project, action="contact.revealed", target=case.number, reason=reason.strip())
    return case.contact_phone


@dataclass(frozen=True)
class Other:
    """Somebody else who is filling in a form of the case: which one, and how many seconds more the sign holds."""

    name: str
    doing: str
    seconds: int


def be_here(*, case: Case, by: User, doing: str, at: datetime) -> list[Other]:
    """Leave a sign that the person fills in a form of the case, and say who else does, the latest sign first.

    One row, written over by each sign; no event and no new version, as nothing has happened to the case. Without
    `doing` the person only looks. Signs too old to count are thrown away as they are met.
    """
    words = " ".join(doing.split())[: Presence.LONGEST]
    if words:
        sign = Presence(case=case, user=by, doing=words, seen_at=at)
        Presence.objects.bulk_create(
            [sign], update_conflicts=True, unique_fields=["case", "user"], update_fields=["doing", "seen_at"]
        )
    rows = list(Presence.objects.filter(case=case).exclude(user=by).select_related("user").order_by("-seen_at", "pk"))
    live = [row for row in rows if at - row.seen_at < PRESENT_FOR]
    if len(live) < len(rows):
        # Asked again by age: a sign given meanwhile is not an old one.
        Presence.objects.filter(case=case, seen_at__lte=at - PRESENT_FOR).delete()
    left = {row.pk: (row.seen_at + PRESENT_FOR - at).total_seconds() for row in live}
    return [Other(name=str(row.user), doing=row.doing, seconds=int(left[row.pk])) for row in live]


def be_gone(*, case: Case, by: User) -> None:
    """Take the person's sign away: the form was sent or closed."""
    Presence.objects.filter(case=case, user=by).delete()
