"""Forms that were begun: kept while somebody types, thrown away when they are sent or a shift is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Project, User
from core.errors import Invalid
from records.models import Draft

KEPT_FOR = timedelta(hours=12)
MOST = 9
LISTED = 5
MOST_FIELDS = 80
MOST_VALUES = 20
LONGEST = 5000
LONGEST_PAGE = 300
KEY_LENGTH = 40
# What belongs to the sending of a form and not to what was typed.
NOT_TYPED = frozenset({"csrfmiddlewaretoken", "idempotency_key", "version", "draft", "password"})


@transaction.atomic
def keep(
    *,
    key: str,
    form: str,
    page: str,
    title: str,
    data: Mapping[str, list[str]],
    project: Project,
    by: User,
    at: datetime,
) -> None:
    """Keep what was typed into one form; of a person's drafts the last nine stay, and none older than a shift.

    Raises:
        Invalid: no key, or a page that is none of ours.
    """
    ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    if not key or len(key) > KEY_LENGTH or not ours or len(page) > LONGEST_PAGE or len(data) > MOST_FIELDS:
        raise Invalid(_("This form is broken. Open the page again."))
    if _held(key, project=project, by=by, at=at).sent_at is not None:
        return
    mine = Draft.objects.select_for_update().filter(user=by)
    typed = {
        name[:100]: [value[:LONGEST] for value in values[:MOST_VALUES]]
        for name, values in data.items()
        if name not in NOT_TYPED and any(values)
    }
    kept = {"project": project, "form": form[:40], "page": page, "title": title[:100], "data": typed, "saved_at": at}
    Draft.objects.update_or_create(user=by, key=key, defaults=kept)
    purge(at, by=by)
    newest = list(mine.filter(sent_at=None).order_by("-saved_at", "-pk").values_list("pk", flat=True)[:MOST])
    mine.filter(sent_at=None).exclude(pk__in=newest).delete()


@transaction.atomic
def forget(*, key: str, project: Project, by: User, at: datetime, to: str = "", mark: str = "") -> None:
    """Throw a draft away because its form was sent: emptied, and a save that arrives late is not taken any more.

    Where it led `to`, and a `mark` of what was sent, tell the same form sent again from another one.
    """
    kept = {"page": to, "data": {"sent": mark}} if mark and len(to) <= LONGEST_PAGE else {"page": "", "data": {}}
    gone = {"project": project, "form": "", "title": "", "saved_at": at, "sent_at": at} | kept
    Draft.objects.update_or_create(user=by, key=key[:KEY_LENGTH], defaults=gone)


def sent_to(*, key: str, project: Project, by: User, at: datetime, mark: str) -> str:
    """Where the same form led that was sent before out of the same draft; empty where none was.

    Of two sent at the same moment the second waits here for what becomes of the first: in the transaction that acts.
    """
    found = _held(key[:KEY_LENGTH], project=project, by=by, at=at)
    return found.page if found.sent_at is not None and found.data.get("sent") == mark else ""


def _held(key: str, *, project: Project, by: User, at: datetime) -> Draft:
    """The person's draft of a key, locked until the transaction ends; begun here where nothing was kept of it yet."""
    begun = Draft(user=by, key=key, project=project, saved_at=at)
    Draft.objects.bulk_create([begun], update_conflicts=True, unique_fields=["user", "key"], update_fields=["key"])
    return Draft.objects.get(user=by, key=key)


@transaction.atomic
def drop(*, key: str, by: User) -> None:
    """Throw a draft away that is not wanted."""
    Draft.objects.visible_to(by).filter(key=key).delete()


@transaction.atomic
def purge(at: datetime, *, by: User | None = None) -> int:
    """Throw away what is older than a shift, of one person or of everybody: names and numbers stand in it."""
    old = Draft.objects.filter(saved_at__lt=at - KEPT_FOR)
    return (old if by is None else old.filter(user=by)).delete()[0]


def drafts_of(user: User, project: Project, *, form: str = "") -> list[Draft]:
    """What the person began in the project and did not send, newest first; of one form, or of all."""
    rows = Draft.objects.visible_to(user).filter(project=project).order_by("-saved_at", "-pk")
    return list(rows.filter(form=form)[:LISTED] if form else rows[:MOST])
