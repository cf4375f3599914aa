"""Entries of the audit trail about the register: a person, an import, the whole of it."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from core.numbers import whole_number
from estate.imports.models import RegisterImport
from estate.models import HouseholdMember, Person
from records.about import About, nothing, register_about


def _people(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """People by name, with the page of a home of theirs."""
    keys = {target: whole_number(target.removeprefix("person ")) for target in targets}
    wanted = [key for key in keys.values() if key is not None]
    names = dict(Person.objects.visible_to(user).filter(project=project, pk__in=wanted).values_list("pk", "name"))
    places = HouseholdMember.objects.current().filter(person__in=list(names)).order_by("-pk")
    homes = dict(places.values_list("person", "household__unit__number"))
    return {target: _person(names[key], homes.get(key), project) for target, key in keys.items() if key in names}


def _person(name: str, home: str | None, project: Project) -> About:
    if home is None:
        return About(name)
    return About(f"{home} {name}", reverse("unit", args=[project.code, home]))


def _imports(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Imports by the name of their workbook."""
    mine = RegisterImport.objects.visible_to(user).filter(project=project, work__result__reason__in=list(targets))
    rows = mine.values_list("work__result__reason", "file__name", "token")
    return {reason: About(name, reverse("register_import", args=[token])) for reason, name, token in rows}


register_about(["person.revealed"], _people, otherwise=_("somebody in the register"))
register_about(["register.imported", "register.import_rolled_back"], _imports, otherwise=_("an import of the register"))
register_about(["register.exported"], nothing, otherwise=_("the whole register"))
