"""Proving the books: everything that must agree with the ledger is held against it, and the outcome is kept.

Source: BIL-4 (never lose or double money).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, Project, User
from accounts.states import Role
from billing.models import BooksProof
from billing.permissions import require_proof_reader
from billing.queries.ledger import Check, proof
from core.errors import NotNow
from core.watch import Watch
from notifications.actions import Notice, tell
from notifications.states import Level
from records import work as long_work
from records.actions import audit
from records.models import LongWork

log = structlog.get_logger(__name__)
PROVE = "billing.prove"
# The night's proof begins at two o'clock of the project.
FROM_HOUR = 2
# More differences than anybody looks at one by one: beyond them only their number is kept.
KEPT = 500


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything as it stood at one moment, or a payment made meanwhile would look like a difference.

    Where a transaction runs already, its own view has to do.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def prove(*, project: Project, by: User | None, at: datetime) -> BooksProof:
    """Prove a project's books, keep the outcome, and tell whoever answers for them where it does not agree.

    `by` is nobody for the night's own. Raises `NotNow` where tonight's is there already.
    """
    with _one_moment():
        checks = proof(project)
    day = at.astimezone(project.tz).date()
    wrong = [check for check in checks if not check.holds]
    sums = [check for check in checks if check.holds]
    try:
        with transaction.atomic():
            made = BooksProof.objects.create(
                project=project,
                day=day,
                at=at,
                by=by,
                holds=not wrong,
                differing=len(wrong),
                checks=[_kept(check) for check in (*sums, *wrong[:KEPT])],
            )
            if wrong:
                _tell(made, project, at)
    except IntegrityError as error:
        raise NotNow(_("The books were proved already tonight.")) from error
    return made


def _kept(check: Check) -> dict[str, str]:
    return {
        "about": str(check.about),
        "name": check.name,
        "stands": f"{check.stands:.2f}",
        "ledger": f"{check.ledger:.2f}",
    }


def _tell(made: BooksProof, project: Project, at: datetime) -> None:
    """The general manager is led to the proof, the administrators learn of it; each once a day."""
    data = {"day": {"on": made.day.isoformat()}, "count": made.differing}
    pages = {Role.GM: ("proof_record", str(made.pk)), Role.ADMIN: ("inbox",)}
    told: set[int] = set()
    for role, page in pages.items():
        rows = Membership.objects.staff_of([project.pk], [role]).select_related("user").order_by("pk")
        to = tuple(dict.fromkeys(row.user for row in rows if row.user_id not in told))
        told.update(user.pk for user in to)
        key = f"books:{project.pk}:{made.day.isoformat()}"
        notice = Notice(
            key=key, template="books.differ", to=to, project=project, page=page, data=data, level=Level.ESCALATION
        )
        tell([notice], at=at)
    said = {"count": made.differing}
    audit(at=at, by=made.by, project=project, action="books.differ", target=made.day.isoformat(), data=said)


def prove_all(at: datetime) -> dict[str, int]:
    """The night's proof of every project that has none yet, from two o'clock of its own time; returns how many.

    What fails in one project holds up no other; it is tried again with the next wake-up.
    """
    counts = {"proved": 0, "differing": 0}
    for project in Project.objects.order_by("pk"):
        local = at.astimezone(project.tz)
        if local.hour < FROM_HOUR or _is_proved(project, at):
            continue
        try:
            made = prove(project=project, by=None, at=at)
        except NotNow:  # another worker was faster
            continue
        except Exception:
            if not connection.is_usable():
                raise
            log.exception("proof_failed", project=project.code)
            continue
        counts["proved"] += 1
        counts["differing"] += not made.holds
    return counts


def _is_proved(project: Project, at: datetime) -> bool:
    return BooksProof.objects.filter(project=project, day=at.astimezone(project.tz).date(), by=None).exists()


def ask_for_proof(*, project: Project, by: User, at: datetime) -> LongWork:
    """Put a proof of the books in line; one that waits or runs already is that one.

    Raises `NotAllowed` for who does not close the project's books.
    """
    require_proof_reader(by, project)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        runs = proof_that_runs(project, at)
        return runs or long_work.start(kind=PROVE, project=project, by=by, at=at, payload={})


def proof_that_runs(project: Project, at: datetime) -> LongWork | None:
    """The proof that waits or runs, asked for within the last day."""
    rows = LongWork.objects.filter(kind=PROVE, project=project, state__in=long_work.OPEN)
    return rows.filter(created_at__gt=at - timedelta(days=1)).order_by("pk").first()


def run(work: LongWork, watch: Watch) -> None:
    """Prove the books in the name of who asked. The reading stands alone, so that it is of one moment."""
    made = prove(project=work.project, by=work.by, at=watch.now)
    long_work.finish(work, result={"proof": made.pk}, at=watch.now)


def found_again(work: LongWork) -> tuple[str, str]:
    """The name and the page of a proof that runs."""
    return _("Proving the books"), reverse("proof")


RUNNERS: dict[str, Callable[[LongWork, Watch], None]] = {PROVE: run}
