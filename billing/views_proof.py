"""The proof of the books: the trial balance of a day, what agrees with the ledger and what does not."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Project
from billing.actions.proving import ask_for_proof, proof_that_runs
from billing.models import BooksProof
from billing.permissions import require_proof_reader
from billing.progress import progress_of, see_again
from billing.queries.proofs import latest_proofs, rows_of, trial_balance_on
from billing.spans import day_of
from records.http import follow, now, project_of, redirect_once, user_of


def _project(request: HttpRequest) -> Project:
    """The project at hand, for who closes its books. Raises `NotAllowed`."""
    project = project_of(request)
    require_proof_reader(user_of(request), project)
    return project


@login_required
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    """The trial balance as of a day, the last proof with its checks, and the proofs before it."""
    at, project = now(), _project(request)
    today = at.astimezone(project.tz).date()
    proofs = latest_proofs(user_of(request), project)
    runs = proof_that_runs(project, at)
    context = {
        "balance": trial_balance_on(project, day_of(request, "on") or today),
        "proof": proofs[0] if proofs else None,
        "rows": rows_of(proofs[0]) if proofs else [],
        "proofs": proofs,
        "work": progress_of(runs, url=reverse("proof_progress")) if runs else None,
    }
    return render(request, "billing/proof.html", context)


@login_required
@require_POST
def prove_now(request: HttpRequest) -> HttpResponse:
    """Put a proof in line."""
    at, project = now(), _project(request)

    def act() -> str:
        ask_for_proof(project=project, by=user_of(request), at=at)
        return reverse("proof")

    return redirect_once(request, at, act)


@login_required
@require_GET
def proof_progress(request: HttpRequest) -> HttpResponse:
    """How far the proof is, for the page that asks again."""
    at, project = now(), _project(request)
    runs = proof_that_runs(project, at)
    page = reverse("proof")
    if runs is None:
        return see_again(page) if request.headers.get("HX-Request") else HttpResponseRedirect(page)
    return render(request, "parts/progress.html", {"work": progress_of(runs, url=reverse("proof_progress"))})


@login_required
@require_GET
def proof_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One proof as it was kept."""
    rows = BooksProof.objects.visible_to(user_of(request)).select_related("project", "by")
    found = get_object_or_404(rows, pk=pk)
    follow(request, found.project)
    return render(request, "billing/proof_record.html", {"proof": found, "rows": rows_of(found)})
