"""Taking an import back: what nothing has used or changed since goes, the rest stays and is named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Model
from django.db.models.deletion import Collector
from django.utils.translation import gettext as _
from simple_history.models import registered_models

from accounts.models import Project, User
from core.errors import NotAllowed, NotNow
from estate import search
from estate.imports.draft import in_order
from estate.imports.indexing import reindex
from estate.imports.permissions import can_import
from estate.imports.registry import importers
from estate.models import HouseholdMember, Person, PersonPhone, Unit, Vehicle
from records.actions import audit
from records.models import Approval, SearchToken

BATCH = 500
SEARCHED: Mapping[type[Model], str] = {Unit: search.UNIT, Person: search.PERSON, Vehicle: search.VEHICLE}


@dataclass
class RolledBack:
    """What went, what has its former values again, and what stays because something used or changed it since."""

    removed: int = 0
    restored: int = 0
    kept: list[str] = field(default_factory=list)

    def add(self, other: "RolledBack") -> None:
        """Count what somebody else took back as well."""
        self.removed += other.removed
        self.restored += other.restored
        self.kept += other.kept


@dataclass(frozen=True)
class Undoing:
    """Who takes which import back, and when; and what a second person was asked about and approves, where one was."""

    reason: str
    by: User | None
    at: datetime
    approval: Approval | None = None
    # What is found by other words afterwards, by model.
    stale: dict[type[Model], set[int]] = field(default_factory=lambda: {Unit: set(), Person: set(), Vehicle: set()})

    def records(self, model: type[Model], history_type: str) -> dict[int, Any]:
        """The import's own history records of a model by the thing's key."""
        found = _history(model).filter(history_change_reason=self.reason, history_type=history_type)
        return {record.id: record for record in found.order_by("history_id")}

    def sign(self, thing: Model) -> None:
        """Say in the thing's next history record who did this and why."""
        signature = {"_change_reason": f"undo {self.reason}", "_history_user": self.by, "_history_date": self.at}
        for name, value in signature.items():
            setattr(thing, name, value)

    def outdate(self, thing: Model) -> None:
        """Remember whose search words change with a thing: its own, or those of the person it says something about."""
        if isinstance(thing, PersonPhone | HouseholdMember):
            self.stale[Person].add(thing.person_id)
        elif type(thing) in SEARCHED:
            self.stale[type(thing)].add(thing.pk)


@transaction.atomic
def roll_back(
    *, project: Project, reason: str, by: User | None, at: datetime, approval: Approval | None = None
) -> RolledBack:
    """Undo the import that wrote its history under `reason`, thing by thing, where nothing came after it.

    `approval`: what was asked, where `by` approved.

    Raises:
        NotAllowed: whoever wants it does not administer the project's register.
        NotNow: nothing in the project carries that reason, or more would be taken back than was asked.
    """
    project = Project.objects.select_for_update().get(pk=project.pk)
    wanted_by = approval.asked_by if approval else by
    if wanted_by is not None and not can_import(wanted_by, project):
        raise NotAllowed(_("Only administrators and supervisors of the project take over registers."))
    undoing, done = Undoing(reason, by, at, approval), RolledBack()
    if not reason.startswith(reason_prefix(project)):
        raise NotNow(_("There is nothing left of this import to take back."))
    for undo in filter(None, (importer.undo for importer in importers())):
        done.add(undo(project, undoing))
    models = [model for model in registered_models.values() if _imported(model, reason)]
    if not (models or done.removed or done.kept):
        raise NotNow(_("There is nothing left of this import to take back."))
    for model in reversed(in_order(models)):
        _restore(model, undoing, done)
        _remove(model, undoing, done)
    left = {model: list(_things(model, keys)) for model, keys in undoing.stale.items()}
    reindex(
        project,
        units=cast(list[Unit], left[Unit]),
        people=cast(list[Person], left[Person]),
        cars=cast(list[Vehicle], left[Vehicle]),
    )
    data = {"removed": done.removed, "restored": done.restored, "kept": len(done.kept)}
    audit(at=at, by=by, action="register.import_rolled_back", project=project, target=reason, data=data)
    return done


def reason_prefix(project: Project) -> str:
    """How the history reason of every import into a project begins."""
    return f"import {project.pk} "


def _restore(model: type[Model], undoing: Undoing, done: RolledBack) -> None:
    """Give changed things the values they had, where the import was the last to touch them."""
    records = undoing.records(model, "~")
    untouched = _untouched(model, records)
    for thing in _things(model, records):
        if thing.pk not in untouched:
            done.kept.append(str(thing))
            continue
        record = records[thing.pk]
        before = _history(model).filter(id=thing.pk, history_id__lt=record.history_id).latest("history_id")
        for name in _changed(record, before):
            setattr(thing, name, getattr(before, name))
        undoing.sign(thing)
        thing.save()
        undoing.outdate(thing)
        done.restored += 1


def _remove(model: type[Model], undoing: Undoing, done: RolledBack) -> None:
    """Delete new things that nothing points to and nobody edited; their history stays."""
    records = undoing.records(model, "+")
    free = _untouched(model, records)
    free -= _pointed_at(model, free)
    collector = Collector(using="default")
    gone = []
    for thing in _things(model, records):
        if thing.pk in free:
            undoing.sign(thing)
            undoing.outdate(thing)
            gone.append(thing)
        else:
            done.kept.append(str(thing))
    keys = [thing.pk for thing in gone]
    collector.collect(gone)
    collector.delete()
    if model in SEARCHED:
        for part in _batches(keys):
            SearchToken.objects.filter(kind=SEARCHED[model], object_id__in=part).delete()
    done.removed += len(keys)


def _imported(model: type[Model], reason: str) -> bool:
    # The library registers the links of a many-to-many field as well; these have no history of their own.
    return hasattr(model, "history") and bool(_history(model).filter(history_change_reason=reason).exists())


def _history(model: type[Model]) -> Any:
    return cast(Any, model).history


def _untouched(model: type[Model], records: Mapping[int, Any]) -> set[int]:
    """Those whose newest history record is the import's own."""
    newest: dict[int, int] = {}
    for part in _batches(records):
        for key, history_id in _history(model).filter(id__in=part).values_list("id", "history_id"):
            newest[key] = max(history_id, newest.get(key, 0))
    return {key for key, record in records.items() if newest.get(key) == record.history_id}


def _pointed_at(model: type[Model], keys: Iterable[int]) -> set[int]:
    """Those that a row of any table refers to. Tables of what was removed before are empty of them by now."""
    found: set[int] = set()
    for relation in model._meta.related_objects:  # noqa: SLF001  Django documents this API
        other = relation.related_model
        column = cast(Any, relation.field).attname if not relation.many_to_many else relation.field.name
        for part in _batches(keys):
            rows = cast(Any, other).objects.filter(**{f"{relation.field.name}__in": part})
            found |= set(rows.values_list(column, flat=True))
    return found


def _things(model: type[Model], keys: Iterable[int]) -> Iterator[Model]:
    for part in _batches(keys):
        yield from list(cast(Any, model).objects.filter(pk__in=part).order_by("pk"))


def _changed(record: Any, before: Any) -> list[str]:
    names = [tracked.attname for tracked in record.tracked_fields]
    return [name for name in names if getattr(record, name) != getattr(before, name)]


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]
