"""Reads of improvement measures: the list, one of them, those that are late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from cases.models import Case, CaseQuerySet
from cases.queries import Due, Line, due_of, timeline
from cases.registry import kind_of
from cases.states import Phase
from complaints.models import Complaint, Measure, Topic
from complaints.states import MEASURE
from sla.queries import Rung, ladder

MEASURE_VIEWS: dict[str, Any] = {
    "open": gettext_lazy("To be done"),
    "mine": gettext_lazy("Mine"),
    "late": gettext_lazy("Late"),
    "over": gettext_lazy("Done or dropped"),
}


@dataclass(frozen=True)
class MeasureRow:
    """A measure in the list."""

    case: Case
    state_word: str
    topic: str
    clock: Due | None


def is_by_due(view: str) -> bool:
    """Say whether a view begins with what is due next; what is over begins with what ended last."""
    return view != "over"


def measures(*, project: Project, user: User, view: str, at: datetime) -> CaseQuerySet:
    """Measures of the project that the person sees, in a saved view and its order."""
    is_open = ~Q(phase=Phase.CLOSED)
    wanted = {
        "open": is_open,
        "mine": is_open & Q(handler=user),
        "late": is_open & Q(promised_at__lt=at),
        "over": Q(phase=Phase.CLOSED),
    }[view]
    rows = Case.objects.visible_to(user).filter(wanted, project=project, kind=MEASURE).for_lists()
    order = (F("promised_at").asc(nulls_last=True), "pk") if is_by_due(view) else ("-closed_at", "-pk")
    return rows.order_by(*order)


def rows_of(cases: list[Case]) -> list[MeasureRow]:
    """The cases as the list shows them. One statement beside them."""
    topics = {topic.code: topic.name for topic in Topic.objects.all()}
    return [
        MeasureRow(case, str(kind_of(case.kind).states[case.state]), topics.get(case.category, ""), due_of(case))
        for case in cases
    ]


def late_measures(user: User, project: Project, at: datetime) -> int:
    """How many measures were to be done by now and are not."""
    return measures(project=project, user=user, view="late", at=at).order_by().count()


@dataclass(frozen=True)
class MeasurePage:
    """One measure as its page shows it."""

    measure: Measure
    state_word: str
    topic: str
    complaints: list[Complaint]
    events: list[Line]
    running: list[Rung]
    past: list[Rung]

    @property
    def case(self) -> Case:
        """The measure's case."""
        return self.measure.case

    @property
    def next_clock(self) -> Rung | None:
        """When it is due."""
        return self.running[0] if self.running else None


def measure_page_of(measure: Measure, user: User) -> MeasurePage:
    """Everything that the page shows; of the complaints it was drawn from, those that the person sees."""
    case = measure.case
    topic = Topic.objects.filter(code=case.category).first() if case.category else None
    rungs = ladder(case, user)
    seen = Complaint.objects.visible_to(user).filter(measures=measure).select_related("case")
    return MeasurePage(
        measure=measure,
        state_word=str(kind_of(case.kind).states[case.state]),
        topic=topic.name if topic else "",
        complaints=list(seen.order_by("pk")),
        events=timeline(case, user),
        running=[rung for rung in rungs if rung.ended_at is None],
        past=[rung for rung in rungs if rung.ended_at is not None],
    )


def measures_from(complaint: Complaint, user: User) -> list[tuple[Case, str]]:
    """Measures that were drawn from a complaint, each with its state in words. One statement."""
    rows = Case.objects.visible_to(user).filter(measure__complaints=complaint).select_related("handler").order_by("pk")
    return [(case, str(kind_of(case.kind).states[case.state])) for case in rows]
