"""The pages and the API of collecting: the ladder, one case, letters in a batch; who may, and what it costs."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.actions import arrears as acts
from billing.models import ArrearsBatch, ArrearsLetter
from billing.queries.arrears import UNPAID_CLOCK
from cases.models import Case
from estate.models import Unit
from records.models import Approval, AuditEntry
from tests.billing.arrears.ladder import again, delivered, found, overdue, told
from tests.billing.money import HOME, NEXT_DOOR, paid
from tests.cast import NOON, Cast, make_home

pytestmark = [pytest.mark.django_db, pytest.mark.req("ARR-6")]
DAY = timedelta(days=1)
SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
LATER = NOON - 200 * DAY


def local_day(at: datetime) -> str:
    return at.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


@pytest.mark.req("ARR-1")
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("address", "count"), [("/arrears/", 20), ("/arrears/?column=phone", 12)])
def test_the_ladder_costs_the_same_statements_whatever_its_length(
    cast: Cast, signed_in: SignIn, django_assert_max_num_queries: Any, address: str, count: int, rows: int
) -> None:
    for number in range(rows):
        home = f"5-1-{number + 1}01"
        unit: Unit = make_home(cast.project, home, "业主", f"1380000000{number}")[0]
        cast.units[home] = unit
        overdue(cast, home=home)
    found(cast, home="5-1-101")
    client = signed_in(cast.cashier)
    client.get(address)
    with django_assert_max_num_queries(count):
        page = client.get(address)
    assert page.status_code == 200
    assert page.content.decode().count("/arrears/QF-") == rows


@pytest.mark.req("ARR-2")
def test_a_case_shows_its_next_step_and_takes_it_once(cast: Cast, signed_in: SignIn) -> None:
    overdue(cast, "120.50")
    arrears = found(cast)
    number, client = arrears.case.number, signed_in(cast.cashier)
    page = client.get(f"/arrears/{number}/").content.decode()
    assert "120.50" in page
    assert "1381234" not in page
    sent = {"how": "phone", "reached": "1", "cause": "forgot", "note": "月底缴", "idempotency_key": "k"}
    for _twice in range(2):
        assert client.post(f"/arrears/{number}/do/notify/", sent).status_code == 302
    assert again(arrears).notices.count() == 1
    assert again(arrears).cause == "forgot"
    refused = client.post(f"/arrears/{number}/do/promise/", {"until": "2020-01-01", "note": "等工资"})
    assert refused.status_code == 400
    assert "等工资" in refused.content.decode()
    assert signed_in(cast.guard).get(f"/arrears/{number}/").status_code == 404
    assert signed_in(cast.guard).get("/arrears/").status_code == 403


@pytest.mark.req("ARR-3")
def test_letters_are_looked_at_sent_and_printed_in_one_go(cast: Cast, signed_in: SignIn) -> None:
    numbers = []
    for home in (HOME, NEXT_DOOR):
        overdue(cast, home=home, at=LATER)
    for home in (HOME, NEXT_DOOR):
        arrears = told(cast, found(cast, LATER, home), LATER)
        numbers.append(arrears.case.number)
    client = signed_in(cast.cashier)
    listed = client.get("/arrears/?column=letter").content.decode()
    assert listed.count("checked") == 2
    looked = client.get("/arrears/letters/", {"case": numbers}).content.decode()
    assert all(number in looked for number in numbers)
    body = {"case": numbers, f"tracking-{numbers[0]}": "SF100", "idempotency_key": "k"}
    for _twice in range(2):
        sent = client.post("/arrears/letters/", body)
        assert sent.status_code == 302
    assert ArrearsLetter.objects.count() == 2
    batch = ArrearsBatch.objects.get()
    paper = b"".join(client.get(f"/arrears/letters/{batch.pk}/").streaming_content)  # type: ignore[attr-defined]
    assert paper.startswith(b"%PDF")
    letter = ArrearsLetter.objects.get(tracking_number="SF100")
    single = client.post(f"/arrears/{letter.arrears.case.number}/letters/{letter.number}/", follow=True)
    assert single.status_code == 200
    again_sent = client.post("/arrears/letters/", {"case": numbers})
    assert again_sent.status_code == 409
    assert ArrearsLetter.objects.count() == 2


@pytest.mark.req("ARR-5")
def test_the_api_walks_the_ladder_as_the_contract_says(cast: Cast, api: Api, signed_in: SignIn) -> None:
    overdue(cast, at=LATER)
    case = found(cast, LATER).case
    cashier, supervisor = api(cast.cashier), api(cast.supervisor)

    def post(client: APIClient, verb: str, **body: Any) -> Any:
        return client.post(f"/api/v1/arrears/{case.number}/{verb}/", body, format="json")

    assert cashier.get("/api/v1/arrears/").json()["results"][0]["number"] == case.number
    reached = post(cashier, "notify", how="phone", reached=True).json()
    assert (reached["state"], reached["owed"], len(reached["notices"])) == ("notified", "100.00", 1)
    # The notice was given a moment ago: three months are not over.
    assert post(cashier, "letter", tracking_number="SF1").status_code == 409
    assert post(supervisor, "letter", tracking_number="SF1").json()["letters"][0]["tracking_number"] == "SF1"
    assert post(cashier, "deliver").status_code == 400, "nothing shows it"
    assert post(cashier, "deliver", carrier_status="本人签收").json()["state"] == "delivered"
    assert post(cashier, "visit", report="在家").status_code == 400
    plan = {"on": local_day(timezone.now()), "half": "evening", "visitor": "cashier"}
    assert post(cashier, "decide-visit", **plan | {"visitor": "guard"}).status_code == 400
    assert post(cashier, "decide-visit", **plan).json()["visitor"] == "cashier"
    body = {"outcome": "met", "met": "业主", "report": "在家", "next_step": "月底再催"}
    made = post(cashier, "visit", **body).json()["visits"][0]
    assert {name: made[name] for name in body} == body
    assert post(cashier, "file", reason="拒缴").status_code == 403
    assert post(supervisor, "file").status_code == 400
    assert post(supervisor, "file", reason="拒缴").status_code == 400, "what is missing is not explained"
    assert post(supervisor, "file", reason="拒缴", despite="明说不缴").status_code == 200
    waiting = Approval.objects.get(kind="arrears.file")
    assert api(cast.gm).post(f"/api/v1/approvals/{waiting.pk}/approve/").status_code == 200
    assert cashier.get(f"/api/v1/arrears/{case.number}/").json()["state"] == "filed"
    assert signed_in(cast.cashier).post(f"/arrears/{case.number}/bundle/").status_code == 403
    sent = signed_in(cast.supervisor).post(f"/arrears/{case.number}/bundle/")
    names = zipfile.ZipFile(io.BytesIO(sent.content)).namelist()
    assert names[:2] == [f"{case.number}.pdf", f"{case.number}-account.pdf"]
    assert [name[:2] for name in names[2:]] == ["CJ"]
    assert AuditEntry.objects.filter(action="arrears.bundled", target=case.number).count() == 1
    assert post(cashier, "promise", until="2020-01-01").status_code == 400
    assert api(cast.frontdesk2).get(f"/api/v1/arrears/{case.number}/").status_code == 404
    for verb in ("cut", "cut-water", "cut-power"):
        assert post(supervisor, verb).status_code == 404


def test_who_paid_leaves_the_ladder(cast: Cast, signed_in: SignIn) -> None:
    bill = overdue(cast)
    arrears = found(cast)
    acts.dispute(arrears=arrears, reason="金额不对", by=cast.cashier, at=NOON)
    paid(cast, bill)
    assert "/arrears/QF-" not in signed_in(cast.cashier).get("/arrears/").content.decode()
    assert Case.objects.get(pk=arrears.case_id).phase == "closed"


@pytest.mark.req("ARR-5")
def test_what_is_missing_for_the_legal_channel_is_asked_once_for_the_page(cast: Cast, signed_in: SignIn) -> None:
    overdue(cast, at=LATER)
    arrears = delivered(cast, found(cast, LATER), LATER)
    client = signed_in(cast.supervisor)
    with CaptureQueriesContext(connection) as seen:
        page = client.get(f"/arrears/{arrears.case.number}/")
    assert page.context["page"].missing in page.content.decode()
    assert sum(f"'{UNPAID_CLOCK}'" in one["sql"] for one in seen.captured_queries) == 1
