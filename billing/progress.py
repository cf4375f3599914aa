"""Long work of money as its pages show it: how far it is, and what came of it."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from billing.actions import proving, sharing
from billing.queries.running import CANCEL, PREVIEW, RAISE
from records.models import LongWork

OPEN = (LongWork.State.WAITING, LongWork.State.RUNNING)


def _label(kind: str) -> str:
    words = {
        PREVIEW: _("Working the bills out"),
        RAISE: _("Raising the bills"),
        CANCEL: _("Taking the bills back"),
        proving.PROVE: _("Proving the books"),
        sharing.RAISE: _("Raising the bills"),
        sharing.CANCEL: _("Taking the bills back"),
    }
    return words.get(kind, kind)


def _stopping(kind: str) -> str:
    words = {
        RAISE: _("Stop raising? What was raised so far stays; raising again adds the rest."),
        CANCEL: _("Stop taking back? What was made void so far stays void."),
    }
    return words.get(kind, "")


def progress_of(work: LongWork, *, url: str, stop_url: str = "") -> dict[str, Any]:
    """The context of parts/progress.html. `stop_url` is empty for who may not stop it."""
    stopping = work.state == LongWork.State.RUNNING and work.cancel_asked
    return {
        "label": _label(work.kind),
        "state": "queued" if work.state == LongWork.State.WAITING else work.state,
        "done": work.done,
        "total": work.total,
        "words": _("Stopping after the batch in hand.") if stopping else "",
        "url": url,
        "cancel_url": "" if stopping else stop_url,
        "stop_words": _stopping(work.kind),
    }


def see_again(page: str) -> HttpResponse:
    """Tell a page that asks how far the work is that it has ended: open the page again."""
    answer = HttpResponse()
    answer["HX-Redirect"] = page
    return answer
