"""What waits for a second person: for whom it waits, who asked, how it was decided."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from core.errors import DomainError
from core.numbers import whole_number
from records import approvals as acts
from records.forms import RefusalForm
from records.http import now, redirect_once, user_of
from records.models import Approval
from records.queries import MOST_WAITING, decided_page, waiting_for, waiting_of


@dataclass(frozen=True)
class Shown:
    """One question in words, with the form that refuses it and what stood in the way of deciding."""

    approval: Approval
    reader: User
    refusing: RefusalForm
    refusal: str = ""

    @property
    def label(self) -> str:
        """The kind of act."""
        return acts.label_of(self.approval)

    @property
    def words(self) -> str:
        """What is asked."""
        return acts.words_of(self.approval)

    @property
    def page(self) -> str:
        """The address of what it is about."""
        return acts.page_of(self.approval, self.reader)


def _reader(request: HttpRequest) -> User:
    """Staff; residents neither ask nor decide here."""
    user = user_of(request)
    if not user.is_office:
        raise Http404
    return user


@login_required
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for the person, what they asked for, and what was decided, newest first."""
    return _page(request, _reader(request))


def _page(
    request: HttpRequest,
    user: User,
    *,
    about: int = 0,
    form: RefusalForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; `about` names the question whose decision did not go through, with its form or the sentence why."""

    def shown(approval: Approval) -> Shown:
        own = approval.pk == about
        unbound = RefusalForm(auto_id=f"id_%s_{approval.pk}")
        return Shown(approval, user, form if own and form else unbound, refusal if own else "")

    decided, older = decided_page(user, before=whole_number(request.GET.get("before", "")))
    waiting = [shown(approval) for approval in waiting_for(user)]
    context = {
        "waiting": waiting[:MOST_WAITING],
        "more_wait": len(waiting) > MOST_WAITING,
        "asked": [shown(approval) for approval in waiting_of(user)],
        "decided": [shown(approval) for approval in decided],
        "older": f"?{urlencode({'before': older})}" if older else "",
        "several": len(user.projects) > 1,
        # Of a question that is in no list any more the sentence stands above.
        "refusal": refusal if refusal and about not in {one.approval.pk for one in waiting} else "",
    }
    return render(request, "records/approvals.html", context, status=status)


@login_required
@require_POST
def decide_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse, or take one's own question back."""
    user, at = _reader(request), now()
    approval = get_object_or_404(Approval.objects.visible_to(user), pk=pk)
    decision = request.POST.get("decision", "")
    if decision not in _ACTS:
        raise Http404
    form = RefusalForm(request.POST, auto_id=f"id_%s_{approval.pk}")
    if decision == "refuse" and acts.can_decide(user, approval) and approval.is_waiting and not form.is_valid():
        return _page(request, user, about=approval.pk, form=form, status=422)

    def act() -> str:
        messages.success(request, _ACTS[decision](request, approval, user, at))
        return reverse("approvals")

    try:
        return redirect_once(request, at, act)
    except DomainError as error:
        return _page(request, user, about=approval.pk, refusal=str(error), status=error.status)


def _approve(request: HttpRequest, approval: Approval, by: User, at: datetime) -> str:
    acts.approve(approval=approval, by=by, at=at)
    return _("Approved and carried out. Whoever asked is told.")


def _refuse(request: HttpRequest, approval: Approval, by: User, at: datetime) -> str:
    acts.refuse(approval=approval, reason=request.POST.get("reason", ""), by=by, at=at)
    return _("Refused. Whoever asked is told why.")


def _withdraw(request: HttpRequest, approval: Approval, by: User, at: datetime) -> str:
    acts.withdraw(approval=approval, by=by, at=at)
    return _("Taken back.")


_ACTS = {"approve": _approve, "refuse": _refuse, "withdraw": _withdraw}
