"""The columns of the ladder: which cases stand in which, how many, and what they owe; as many statements for any."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Case as Choice
from django.db.models import Exists, OuterRef, Q, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import Arrears, Bill
from billing.models.arrears import ArrearsQuerySet
from billing.queries.arrears import LETTER_CLOCK
from billing.queries.sums import MoneySum, sum_of
from billing.rules.exact import NOTHING, yuan
from billing.states import KIND, ArrearsState
from cases.models import Case
from sla.models import Clock
from visits.models import HomeVisit


class Column(TextChoices):
    """The columns of the ladder."""

    PHONE = "phone", _("Phone notice")
    LETTER = "letter", _("Demand letter")
    VISIT = "visit", _("Visit")
    LEGAL = "legal", _("Legal channel")
    PAUSED = "paused", _("Paused")


PAUSED = Q(case__state__in=[ArrearsState.PROMISED, ArrearsState.DISPUTED])
TO_VISIT = ~PAUSED & Q(visit_planned=True)
CLIMBING = ~PAUSED & Q(visit_planned=False)
# Somebody is to go there.
VISIT_PLANNED = Exists(HomeVisit.objects.planned().filter(case__parent=OuterRef("case")))
# A letter was delivered, and what fell due later and was told of waits for another one.
WAITS_FOR_LETTER = Exists(Clock.objects.filter(case=OuterRef("case"), key=LETTER_CLOCK, ended_at=None))
LETTER_AGAIN = Q(case__state=ArrearsState.DELIVERED, waits_for_letter=True)
# Which cases stand in a column: what pauses them comes first, then a visit that is planned.
WHERE: dict[Column, Q] = {
    Column.PHONE: CLIMBING & Q(case__state=ArrearsState.TO_REMIND),
    Column.LETTER: CLIMBING & (Q(case__state__in=[ArrearsState.NOTIFIED, ArrearsState.LETTERED]) | LETTER_AGAIN),
    Column.VISIT: TO_VISIT,
    Column.LEGAL: CLIMBING & Q(case__state__in=[ArrearsState.DELIVERED, ArrearsState.FILED]) & ~LETTER_AGAIN,
    Column.PAUSED: PAUSED,
}
# Beside each case what it owes: bills say in which they are collected, and come summed in the order of an index that
# holds all of it.
SUMS = """
    SELECT standing, cause, count(*), coalesce({owed}, 0)
    FROM ({placed}) placed LEFT JOIN ({owing}) owing ON owing.collected_in_id = placed.id GROUP BY standing, cause
"""


@dataclass
class Totals:
    """How many cases and how much, in yuan, by column; how many by reason, empty where it is not known."""

    count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    owed: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    causes: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def sees_all(user: User, project: Project) -> bool:
    """Say whether the person sees every case of a project's arrears that goes on."""
    going_on = Case.objects.filter(project=project, kind=KIND).open()
    return not going_on.hidden_from(user).exists()


def going_on(user: User, project: Project, *, whole: bool) -> ArrearsQuerySet:
    """Arrears of a project that go on and that the person sees; `whole`: that is all of them (`sees_all`)."""
    rows = Arrears.objects.all() if whole else Arrears.objects.visible_to(user)
    return rows.open().filter(case__project=project)


def totals_of(rows: ArrearsQuerySet, project: Project) -> Totals:
    """What some arrears of a project that go on come to: one statement."""
    placed = rows.order_by().annotate(
        waits_for_letter=WAITS_FOR_LETTER,
        visit_planned=VISIT_PLANNED,
        standing=Choice(*[When(where, then=Value(column.value)) for column, where in WHERE.items()], default=Value("")),
    )
    bills = Bill.objects.filter(project=project, collected_in__isnull=False).order_by()
    asked = {
        "placed": placed.values("id", "standing", "cause"),
        "owing": bills.values("collected_in_id").annotate(amount=MoneySum("outstanding")),
    }
    written = {name: rows.query.sql_with_params() for name, rows in asked.items()}
    owed = sum_of("owing.amount", connection.vendor)
    statement = SUMS.format(owed=owed, **{name: sql for name, (sql, _given) in written.items()})
    found = Totals()
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _sql, given in written.values() for value in given])
        for column, cause, count, amount in cursor.fetchall():
            found.count[column] += count
            found.owed[column] += yuan(round(amount * 100))
            found.causes[cause] += count
    return found
