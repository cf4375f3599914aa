"""What an import would write, worked out in memory first: a preview and the writing itself are the same draft."""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from django.db.models import Field, Model
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import Project, User
from estate.imports.messages import RowError
from estate.imports.reading import Register
from estate.imports.rows import Row

M = TypeVar("M", bound=Model)
T = TypeVar("T")
BATCH = 500
# Shown as changed, never with their content.
SECRET = frozenset({"id_number_stored"})


class Verb(StrEnum):
    """What becomes of a thing a row speaks of."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"


@dataclass(frozen=True)
class Difference:
    """One field of a thing that is there already, before and after."""

    label: str
    before: str
    after: str


@dataclass
class Change:
    """What a row does to one thing of the register."""

    sheet: str
    row: int
    model: type[Model]
    label: str
    verb: Verb
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """How many rows bring something new, change something, or say what is known already."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.created + self.updated + self.unchanged


@dataclass(frozen=True)
class Saving:
    """Who writes an import, when, and under which name; `between` is called between batches and may stop it all."""

    by: User | None
    at: datetime
    reason: str
    between: Callable[[], None]


@dataclass
class Draft:
    """The writes of an import, gathered row by row.

    What is more than rows of the register (bills) a higher room writes by a deed, behind all the rest.
    """

    project: Project
    changes: list[Change] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    # Sentences about all of it that whoever looks at the preview should read: what it comes to.
    sums: list[str] = field(default_factory=list)
    _new: dict[type[Model], list[Model]] = field(default_factory=dict)
    _updated: dict[type[Model], dict[int, tuple[Model, dict[str, Any]]]] = field(default_factory=dict)
    _fresh: set[int] = field(default_factory=set)
    _deeds: list[Callable[[Saving], None]] = field(default_factory=list)
    _by_deed: Counter[type[Model]] = field(default_factory=Counter)

    def put(self, row: Row, model: type[M], found: M | None, values: Mapping[str, Any], label: str) -> M:
        """Create the thing, or bring `found` up to what the row says; blank values change nothing."""
        said = {name: value for name, value in values.items() if value not in (None, "")}
        if found is None:
            found = model(**said)
            self._new.setdefault(model, []).append(found)
            self._fresh.add(id(found))
            self._note(row, model, label, Verb.CREATE, [])
            return found
        new = {name: value for name, value in said.items() if _differs(found, name, value)}
        former = {name: getattr(found, name) for name in new}
        differences = [self._set(found, name, value) for name, value in new.items()]
        if id(found) in self._fresh:
            self._note(row, model, label, Verb.CREATE, [])
            return found
        if differences:
            _, first = self._updated.setdefault(model, {}).setdefault(found.pk, (found, {}))
            first.update({name: value for name, value in former.items() if name not in first})
        self._note(row, model, label, Verb.UPDATE if differences else Verb.SAME, differences)
        return found

    def will(self, row: Row, model: type[Model], label: str, *, new: bool) -> None:
        """Say that a deed writes a thing because of the row, or that the thing is there as the row says."""
        self._by_deed[model] += new
        self._note(row, model, label, Verb.CREATE if new else Verb.SAME, [])

    def then(self, deed: Callable[[Saving], None]) -> None:
        """Have something done when everything else is written, in the same transaction."""
        self._deeds.append(deed)

    def refuse(self, error: RowError) -> None:
        """Note something that only the register shows to be wrong with a row."""
        self.errors.append(error)

    def new(self, model: type[M]) -> list[M]:
        """Things of a model that would be created."""
        return cast(list[M], self._new.get(model, []))

    def touched(self, model: type[M]) -> list[M]:
        """Things of a model that would be created or changed."""
        changed = [thing for thing, _ in self._updated.get(model, {}).values()]
        return [*self.new(model), *cast(list[M], changed)]

    @property
    def models(self) -> list[type[Model]]:
        """Every model with something to create, in an order in which each finds what it points to."""
        return in_order(list(self._new))

    @property
    def size(self) -> int:
        """How many things would be written."""
        return sum(map(len, self._new.values())) + sum(map(len, self._updated.values())) + self._by_deed.total()

    def by_sheet(self, register: Register) -> dict[str, Counts]:
        """Per sheet, its good rows by the strongest thing each does."""
        strongest: dict[tuple[str, int], Verb] = {}
        order = [Verb.SAME, Verb.UPDATE, Verb.CREATE]
        for change in self.changes:
            key = (change.sheet, change.row)
            strongest[key] = max(strongest.get(key, Verb.SAME), change.verb, key=order.index)
        verbs: dict[str, list[Verb]] = {sheet.name: [] for sheet in register.sheets if sheet.kind}
        for row in register.rows:
            verbs[row.sheet].append(strongest.get((row.sheet, row.row), Verb.SAME))
        return {sheet: _counts(found) for sheet, found in verbs.items()}

    def by_model(self) -> dict[type[Model], Counts]:
        """Per kind of thing, each thing once, by the strongest that happens to it."""
        verbs: dict[type[Model], list[Verb]] = {}
        for model, things in self._new.items():
            verbs.setdefault(model, []).extend([Verb.CREATE] * len(things))
        for model, count in self._by_deed.items():
            verbs.setdefault(model, []).extend([Verb.CREATE] * count)
        for model, updated in self._updated.items():
            verbs.setdefault(model, []).extend([Verb.UPDATE] * len(updated))
        acted_on = {(change.model, change.label) for change in self.changes if change.verb is not Verb.SAME}
        for thing in dict.fromkeys((change.model, change.label) for change in self.changes):
            if thing not in acted_on:
                verbs.setdefault(thing[0], []).append(Verb.SAME)
        return {model: _counts(found) for model, found in verbs.items()}

    def save(self, *, by: User | None, at: datetime, reason: str, between: Callable[[], None] = lambda: None) -> None:
        """Write everything with its history. Inside the caller's transaction; `between` is called before each batch."""
        for model in self.models:
            for batch in _batches(self._new[model]):
                between()
                bulk_create_with_history(
                    batch, model, batch_size=BATCH, default_user=by, default_date=at, default_change_reason=reason
                )
        for model, updated in self._updated.items():
            _remember_former(model, updated, by=by, at=at, reason=reason)
            names = sorted({name for _, changed in updated.values() for name in changed})
            for batch in _batches([thing for thing, _ in updated.values()]):
                between()
                bulk_update_with_history(
                    batch,
                    model,
                    names,
                    batch_size=BATCH,
                    default_user=by,
                    default_date=at,
                    default_change_reason=reason,
                )
        for deed in self._deeds:
            deed(Saving(by, at, reason, between))

    def _set(self, thing: Model, name: str, value: Any) -> Difference:
        found = _field(thing, name)
        before = "" if name in SECRET else _shown(getattr(thing, name), found)
        setattr(thing, name, value)
        after = "" if name in SECRET else _shown(value, found)
        return Difference(label=str(found.verbose_name), before=before, after=after)

    def _note(self, row: Row, model: type[Model], label: str, verb: Verb, differences: list[Difference]) -> None:
        self.changes.append(Change(row.sheet, row.row, model, label, verb, differences))


def _remember_former(
    model: type[Model],
    updated: Mapping[int, tuple[Model, dict[str, Any]]],
    *,
    by: User | None,
    at: datetime,
    reason: str,
) -> None:
    """Give things without any history (loaded in bulk) a record of what they were, so that they can be it again."""
    history = cast(Any, model).history
    for keys in _batches(list(updated)):
        known = set(history.filter(id__in=keys).values_list("id", flat=True))
        former = []
        for thing, values in (updated[key] for key in keys if key not in known):
            was = copy.copy(thing)
            for name, value in values.items():
                setattr(was, name, value)
            former.append(was)
        history.bulk_history_create(
            former, update=True, default_user=by, default_date=at, default_change_reason=f"before {reason}"
        )


def _differs(thing: Model, name: str, value: Any) -> bool:
    if isinstance(value, Model):
        if value.pk is None:
            return getattr(thing, name) is not value
        return bool(getattr(thing, _field(thing, name).attname) != value.pk)
    return bool(getattr(thing, name) != value)


def _field(thing: Model, name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", thing._meta.get_field(name))  # noqa: SLF001  Django documents this API


def _shown(value: Any, found: "Field[Any, Any]") -> str:
    if value is None:
        return ""
    return str(value if isinstance(value, Model) else dict(found.flatchoices).get(value, value))


def in_order(models: list[type[Model]]) -> list[type[Model]]:
    """Models so that what others point to comes first."""
    ordered: list[type[Model]] = []

    def place(model: type[Model]) -> None:
        for found in model._meta.concrete_fields:  # noqa: SLF001  Django documents this API
            target = found.related_model
            if target in models and target not in ordered and target is not model:
                place(target)
        if model not in ordered:
            ordered.append(model)

    for model in models:
        place(model)
    return ordered


def _counts(verbs: Iterable[Verb]) -> Counts:
    found = list(verbs)
    return Counts(found.count(Verb.CREATE), found.count(Verb.UPDATE), found.count(Verb.SAME))


def _batches(things: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(things), BATCH):
        yield things[start : start + BATCH]
