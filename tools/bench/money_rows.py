"""The projects that the figures of money are measured in: homes that are billed, and bills that nobody paid.

They are filled set-wise and kept for the next run. Homes, owners and charges are what a takeover writes. The unpaid
bills are rows of the register alone: nothing was booked of them, so the books are proved where the run bills.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import Department, Membership, Project, User
from accounts.states import DepartmentKind, Role
from billing.models import Arrears, ArrearsBill, Bill, ChargeItem, Tariff, UnitCharge
from billing.states import KIND, ArrearsState, Basis
from cases.models import Case
from cases.states import Phase
from estate.models import Building, Household, HouseholdMember, Person, Unit
from servicedesk.seeding.bare import bare

BILLS_A_HOME = 25
MONTHS = 60
SINCE = date(2021, 11, 1)
ISSUED = datetime(2021, 11, 1, tzinfo=UTC)
CASHIER, SUPERVISOR = "bench-cashier", "bench-supervisor"
Values = Mapping[str, str]


def billed(units: int) -> Project:
    """A project of so many homes, each with its owner and the management fee by its area; 400 sizes of homes."""
    code = f"billed-{units}"
    if known := Project.objects.filter(code=code).first():
        return known
    with transaction.atomic(), connection.cursor() as cursor:
        project = _project(code)
        _fee(cursor, project, units)
    _vacuum()
    return project


def _fee(cursor: Any, project: Project, units: int) -> None:
    item = ChargeItem.objects.create(project=project, name="物业管理费")
    tariff = Tariff.objects.create(
        project=project, item=item, basis=Basis.AREA, unit_price="2.8", starts_on=SINCE, period_months=1
    )
    with bare(cursor, _tables(Unit, Person, Household, HouseholdMember, UnitCharge)):
        _homes(cursor, project, units)
        values = {"unit_id": "id", "tariff_id": str(tariff.pk), "starts_on": f"'{SINCE}'"}
        _insert(cursor, UnitCharge, values, f"estate_unit WHERE project_id = {project.pk}")


def unpaid(bills: int) -> Project:
    """A project of so many bills that nobody paid, from five years, each collected in its household's case."""
    code = f"unpaid-{bills}"
    if known := Project.objects.filter(code=code).first():
        return known
    with transaction.atomic(), connection.cursor() as cursor:
        project = _project(code)
        item = ChargeItem.objects.create(project=project, name="物业管理费")
        finance = Department.objects.create(project=project, name_zh="财务部", kind=DepartmentKind.FINANCE)
        with bare(cursor, _tables(Unit, Person, Household, HouseholdMember, Case, Arrears, Bill, ArrearsBill)):
            _homes(cursor, project, -(-bills // BILLS_A_HOME))
            _cases(cursor, project, finance)
            _bills(cursor, project, item, bills)
    _vacuum()
    return project


def _project(code: str) -> Project:
    project = Project.objects.create(code=code, name_zh=code)
    for username, role in ((CASHIER, Role.CASHIER), (SUPERVISOR, Role.SUPERVISOR)):
        known = {"name": username, "is_demo": True}
        person, _made = User.objects.get_or_create(username=username, defaults=known)
        Membership.objects.create(user=person, project=project, role=role)
    return project


def _homes(cursor: Any, project: Project, count: int) -> None:
    """Homes with their owners; the nth home's household and owner are found by the order of the keys."""
    building = Building.objects.create(project=project, code="1")
    mine = f"project_id = {project.pk}"
    home = {
        "project_id": str(project.pk),
        "building_id": str(building.pk),
        "number": "'1-1-' || n",
        "room": "n::text",
        "area": "60 + (n * 7 %% 400) * 0.25",
    }
    _insert(cursor, Unit, home, f"generate_series(1, {count}) n")
    ordered = f"(SELECT * FROM estate_unit WHERE {mine} ORDER BY id) u"  # noqa: S608
    person = {"project_id": str(project.pk), "name": "'业主' || number"}
    _insert(cursor, Person, person, ordered)
    household = {"project_id": str(project.pk), "unit_id": "id", "started_on": f"'{SINCE}'"}
    _insert(cursor, Household, household, ordered)
    pairs = " JOIN ".join(
        f"(SELECT id AS {name}, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE {mine}) {name}s {on}"  # noqa: S608
        for name, table, on in (("home", "estate_household", ""), ("owner", "estate_person", "USING (n)"))
    )
    _insert(cursor, HouseholdMember, {"household_id": "home", "person_id": "owner"}, pairs)


HOMES = """(
    SELECT h.id AS household, h.unit_id AS unit, m.person_id AS person, h.project_id AS project,
        a.id AS arrears, row_number() OVER (ORDER BY h.id) AS n
    FROM estate_household h JOIN estate_householdmember m ON m.household_id = h.id
    LEFT JOIN billing_arrears a ON a.household_id = h.id
    WHERE h.project_id = %(project)s) homes"""


def _cases(cursor: Any, project: Project, finance: Department) -> None:
    homes = HOMES.replace("%(project)s", str(project.pk))
    states = ", ".join(f"'{one}'" for one in (ArrearsState.TO_REMIND, ArrearsState.NOTIFIED, ArrearsState.PROMISED))
    case = {
        "number": f"'QF-{project.pk}-' || n",
        "kind": f"'{KIND}'",
        "state": f"(ARRAY[{states}])[1 + n %% 3]",
        "phase": f"'{Phase.OPEN}'",
        "title": "'欠费'",
        "project_id": "project",
        "unit_id": "unit",
        "household_id": "household",
        "department_id": str(finance.pk),
        "opened_at": f"'{ISSUED}'",
        # Each next step falls due at its own time, none in the order of the keys.
        "due_at": f"'{ISSUED}'::timestamptz + (n * 7919 %% 200000) * interval '10 minutes'",
    }
    _insert(cursor, Case, case, homes)
    row = {"case_id": "c.id", "unit_id": "c.unit_id", "household_id": "c.household_id", "debtor_id": "m.person_id"}
    mine = "cases_case c JOIN estate_householdmember m ON m.household_id = c.household_id"
    _insert(cursor, Arrears, row, f"{mine} WHERE c.project_id = {project.pk}")


def _bills(cursor: Any, project: Project, item: ChargeItem, bills: int) -> None:
    """Month after month, as runs raise them: a home owes the newest of five years."""
    homes = HOMES.replace("%(project)s", str(project.pk))
    first = f"('{SINCE}'::date + (k + n %% {MONTHS - BILLS_A_HOME}) * interval '1 month')::date"
    bill = {
        "collected_in_id": "arrears",
        "number": f"'ZD-{project.pk}-' || n || '-' || k",
        "project_id": "project",
        "unit_id": "unit",
        "household_id": "household",
        "debtor_id": "person",
        "item_id": str(item.pk),
        "period_start": first,
        "period_end": f"({first} + interval '1 month - 1 day')::date",
        "amount": "100 + n %% 97",
        "outstanding": "100 + n %% 97",
        "due_on": f"{first} + 14",
        "issued_at": f"'{ISSUED}'",
    }
    months = f"generate_series(0, {BILLS_A_HOME - 1}) k CROSS JOIN {homes}"
    _insert(cursor, Bill, bill, f"{months} ORDER BY k, n LIMIT {bills}")
    link = {"arrears_id": "a.id", "bill_id": "b.id", "added_at": f"'{ISSUED}'"}
    pairs = "billing_bill b JOIN billing_arrears a ON a.household_id = b.household_id"
    _insert(cursor, ArrearsBill, link, f"{pairs} WHERE b.project_id = {project.pk} ORDER BY b.id")


def _insert(cursor: Any, model: type[models.Model], values: Values, source: str) -> None:
    """Write a row for each of the source; columns that are not named have what the model gives them."""
    names, taken, usual = [], [], []
    for column in model._meta.concrete_fields:  # noqa: SLF001
        if column.primary_key:
            continue
        names.append(f'"{column.column}"')
        taken.append(values.get(str(column.column), "%s"))
        if column.column not in values:
            usual.append(column.get_db_prep_save(column.get_default(), connection))
    into, read = ", ".join(names), ", ".join(taken)
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(f"INSERT INTO {table} ({into}) SELECT {read} FROM {source}", usual)  # noqa: S608
    # What reads it next is planned for what is there now, and there are no indexes.
    cursor.execute(f"ANALYZE {table}")


def _tables(*written: type[models.Model]) -> list[str]:
    return [model._meta.db_table for model in written]  # noqa: SLF001


def _vacuum() -> None:
    """As the server would soon after."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def now() -> datetime:
    """The clock."""
    return timezone.now()  # noqa: TID251  a command
