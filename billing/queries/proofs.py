"""Proofs of the books as they are read: each check in words, and where what differs is looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from accounts.models import Project, User
from billing.models import BooksProof
from billing.queries.ledger import Check, Standing, trial_balance
from billing.rules.exact import NOTHING
from billing.states import Proven

SHOWN = 31
PAGES: dict[str, Callable[[str, str], str]] = {
    Proven.BILL: lambda code, name: reverse("bill", args=[name]),
    Proven.BILL_WAIVED: lambda code, name: reverse("bill", args=[name]),
    Proven.UNIT: lambda code, name: reverse("unit", args=[code, name]),
    Proven.RECEIPT: lambda code, name: reverse("receipt", args=[name]),
    Proven.OFFICE: lambda code, name: reverse("office_cost", args=[name]),
    Proven.DEPOSIT: lambda code, name: reverse("deposit", args=[name]),
}


@dataclass(frozen=True)
class Row:
    """A check of a proof: the kind of thing in words, and the page behind it where there is one."""

    check: Check
    kind: str
    url: str

    @property
    def counts(self) -> bool:
        """Say whether it is of a series of numbers, and no sum of money."""
        return self.check.about in (Proven.NUMBERS, Proven.RECEIPT_NUMBERS)

    @property
    def difference(self) -> Decimal:
        """What stands less what the ledger says, in yuan or numbers."""
        return self.check.stands - self.check.ledger


def rows_of(proof: BooksProof) -> list[Row]:
    """The checks of a proof, whose project is read: what differs first."""
    rows = [_row(proof.project, kept) for kept in proof.checks]
    return sorted(rows, key=lambda row: row.check.holds)


def _row(project: Project, kept: dict[str, str]) -> Row:
    about = Proven(kept["about"])
    check = Check(about, Decimal(kept["stands"]), Decimal(kept["ledger"]), kept["name"])
    page = PAGES.get(about)
    return Row(check, str(about.label) if kept["name"] else "", page(project.code, kept["name"]) if page else "")


def latest_proofs(user: User, project: Project) -> list[BooksProof]:
    """The last proofs of a project, the newest first: one statement."""
    rows = BooksProof.objects.visible_to(user).filter(project=project)
    return list(rows.select_related("by", "project").order_by("-at", "-pk")[:SHOWN])


@dataclass(frozen=True)
class TrialBalance:
    """Every account on which anything was booked, as of a day, with the sums of both sides."""

    on: date
    rows: Sequence[Standing]

    @property
    def debited(self) -> Decimal:
        """All debits, in yuan."""
        return sum((row.debited for row in self.rows), NOTHING)

    @property
    def credited(self) -> Decimal:
        """All credits, in yuan."""
        return sum((row.credited for row in self.rows), NOTHING)

    @property
    def is_even(self) -> bool:
        """Say whether both sides come to the same."""
        return self.debited == self.credited


def trial_balance_on(project: Project, on: date) -> TrialBalance:
    """The trial balance at the end of a day: two statements."""
    return TrialBalance(on, [row for row in trial_balance(project, on) if row.debited or row.credited])
