"""The rules of deadlines: read, propose a change with its preview, decide about it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.errors import DomainError, NotAllowed
from core.numbers import whole_number
from records.http import now, redirect_once, user_of
from sla import actions
from sla.actions.policies import draft_of
from sla.checking import conflicts, require_sound
from sla.forms import ReasonForm, RuleForm
from sla.histories import preview
from sla.models import Policy, PolicyVersion, RuleApplication
from sla.models.proposals import PEOPLE
from sla.permissions import can_approve_rules, can_propose_rules, can_read_rules
from sla.preview import Preview
from sla.queries import all_rules, roles_held, versions_in_force
from sla.states import VersionState
from sla.vocabulary import kind_names, kinds_words
from sla.wording import rule_words

NO_FORM = ("csrfmiddlewaretoken", "act", "idempotency_key")


@dataclass(frozen=True)
class Spoken:
    """A version in words."""

    version: PolicyVersion
    sentence: str
    kinds: str

    @property
    def state_word(self) -> str:
        """Where it stands."""
        return str(self.version.state.label)


@dataclass(frozen=True)
class Shown:
    """A rule in the list: what is in force, what waits."""

    policy: Policy
    current: Spoken | None
    waiting: Spoken | None


@dataclass(frozen=True)
class Change:
    """A change as one decides about it: both sentences, what is odd, what it would have done."""

    before: Spoken
    after: Spoken
    odd: list[str]
    preview: Preview = field(default_factory=Preview)


def spoken(version: PolicyVersion, known: dict[str, str]) -> Spoken:
    """A version in words."""
    return Spoken(version, rule_words(version), kinds_words(version.case_kinds, known))


def reader(request: HttpRequest) -> User:
    """Whoever reads rules; nobody else learns that there are any."""
    user = user_of(request)
    if not can_read_rules(user):
        raise Http404
    return user


def named(key: str) -> Policy:
    """The rule of a key."""
    return get_object_or_404(Policy, key=key)


def _change(draft: PolicyVersion, current: PolicyVersion, user: User, at: datetime) -> Change:
    known = kind_names()
    return Change(
        before=spoken(current, known),
        after=spoken(draft, known),
        odd=conflicts(draft, others=versions_in_force(), held=roles_held()),
        preview=preview(draft, current, reader=user, at=at),
    )


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule as a sentence, those that wait for a leader first."""
    user, known = reader(request), kind_names()
    shown = [
        Shown(
            policy,
            spoken(current, known) if current else None,
            spoken(waiting, known) if waiting else None,
        )
        for policy, current, waiting in all_rules()
    ]
    context = {
        "waiting": [one for one in shown if one.waiting],
        "rules": shown,
        "may_propose": can_propose_rules(user),
        "may_decide": can_approve_rules(user),
    }
    return render(request, "sla/rules.html", context)


@login_required
@require_GET
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: its versions, and the proposal that waits with what it would have done."""
    user, policy = reader(request), named(key)
    return _show(request, policy, user, at=now())


def _show(
    request: HttpRequest, policy: Policy, user: User, *, at: datetime, refusing: ReasonForm | None = None
) -> HttpResponse:
    known = kind_names()
    versions = list(policy.versions.select_related(*PEOPLE).order_by("-number"))
    for version in versions:
        version.policy = policy
    waiting = next((one for one in versions if one.state == VersionState.PROPOSED), None)
    current = next((one for one in versions if one.state == VersionState.IN_FORCE), None)
    decides = waiting is not None and can_approve_rules(user) and waiting.created_by_id != user.pk
    context = {
        "policy": policy,
        "versions": [spoken(version, known) for version in versions],
        "current": current,
        "waiting": waiting,
        "change": _change(waiting, current, user, at) if waiting and current else None,
        "may_decide": decides,
        "own": waiting is not None and waiting.created_by_id == user.pk,
        "may_propose": can_propose_rules(user),
        "applying": RuleApplication.objects.open_for(policy) if can_propose_rules(user) else None,
        "refusing": refusing or ReasonForm(),
        "refusing_open": refusing is not None,
    }
    return render(request, "sla/rule.html", context, status=422 if refusing else 200)


def proposer(request: HttpRequest) -> User:
    """Whoever proposes changes and applies them; refused to who only reads."""
    user = reader(request)
    if not can_propose_rules(user):
        raise NotAllowed(_("Only an administrator may propose a change of rules."))
    return user


@login_required
@require_http_methods(["GET", "POST"])
def change_rule(request: HttpRequest, key: str) -> HttpResponse:
    """The form; then, before anything is kept, what the change would have done; then the question to a leader."""
    user, policy, at = proposer(request), named(key), now()
    current = draft_of(policy, {})
    if request.method == "GET":
        return _form(request, policy, RuleForm(version=current))
    form, act = RuleForm(request.POST, version=current), request.POST.get("act", "")
    if not form.is_valid():
        return _form(request, policy, form, status=422)
    if act == "edit":
        return _form(request, policy, form)
    try:
        if act == "ask":
            return _ask(request, policy, form, user, at)
        return _preview(request, policy, form, user, at)
    except DomainError as error:
        form.refuse(error.fields, str(error))
        return _form(request, policy, form, status=422)


def _form(request: HttpRequest, policy: Policy, form: RuleForm, status: int = 200) -> HttpResponse:
    context = {"policy": policy, "form": form, "cancel_url": reverse("rule", args=[policy.key])}
    return render(request, "sla/rule_form.html", context, status=status)


def _preview(request: HttpRequest, policy: Policy, form: RuleForm, user: User, at: datetime) -> HttpResponse:
    draft = draft_of(policy, form.changes())
    require_sound(draft)
    current = PolicyVersion.objects.in_force().get(policy=policy)
    current.policy = policy
    context = {
        "policy": policy,
        "change": _change(draft, current, user, at),
        "unchanged": draft.rule == current.rule,
        "reason": form.cleaned_data["reason"],
        "typed": typed_of(request.POST),
        "cancel_url": reverse("rule", args=[policy.key]),
    }
    return render(request, "sla/rule_preview.html", context)


def typed_of(data: QueryDict) -> list[tuple[str, str]]:
    """The form's input, to be sent along."""
    return [(name, value) for name, values in data.lists() if name not in NO_FORM for value in values]


def _ask(request: HttpRequest, policy: Policy, form: RuleForm, user: User, at: datetime) -> HttpResponse:
    def act() -> str:
        reason = form.cleaned_data["reason"]
        actions.propose(policy=policy, changes=form.changes(), reason=reason, by=user, at=at)
        messages.success(request, _("Proposed. It holds once a general manager has approved it."))
        return reverse("rule", args=[policy.key])

    return redirect_once(request, at, act)


@login_required
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Approve or refuse what waits, or take it back."""
    user, policy, at = reader(request), named(key), now()
    number = whole_number(request.POST.get("version", ""), digits=6)
    version = get_object_or_404(PolicyVersion, policy=policy, number=number)
    decision = request.POST.get("decision", "")
    if decision == "approve":
        actions.approve(version=version, by=user, at=at)
        messages.success(request, _("Approved: what starts from now on follows the new rule."))
    elif decision == "refuse":
        form = ReasonForm(request.POST)
        if can_approve_rules(user) and not form.is_valid():
            return _show(request, policy, user, at=at, refusing=form)
        actions.refuse(version=version, reason=request.POST.get("reason", "")[:500], by=user, at=at)
        messages.success(request, _("Refused. Whoever proposed it is told why."))
    elif decision == "withdraw":
        actions.withdraw(version=version, by=user, at=at)
        messages.success(request, _("Taken back."))
    else:
        raise Http404
    return redirect("rule", key=policy.key)
