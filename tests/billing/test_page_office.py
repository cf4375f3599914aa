"""The pages of office costs: asking, the steps of one, its form and vouchers, a month as a workbook."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from billing.models import OfficeCost, OfficePayment, OfficeReversal
from billing.states import OfficeState
from records.approvals import approve, waiting_about
from records.models import AuditEntry
from tests.billing.test_office import again, approved, asked, back, claim, paid, shared
from tests.cast import NOON, Cast
from tests.matrix.world import picture
from tests.paper import poppler, words_on

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-11"), pytest.mark.django_db]
NEW = "/office-costs/new/"
SHARE = {
    "words": "办公楼10月电费",
    "supplier": "国网杭州供电公司",
    "start": "2026-10-01",
    "end": "2026-10-31",
    "whole": "8642.35",
    "share_by": "area",
    "weight": "186.5",
    "weight_all": "2480",
}


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("账单.pdf", b"%PDF-1.4 <script>", "application/pdf")


def do(client: Client, cost: OfficeCost, verb: str, **fields: Any) -> Any:
    path = reverse("office_cost_do", args=[cost.number, verb])
    return client.post(path, {f"{verb}-{name}": value for name, value in fields.items()})


def test_a_share_is_asked_for_with_its_bill_and_shows_its_sum(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    assert "2026-10-01" in client.get(NEW).content.decode()
    answer = client.post(NEW, {**SHARE, "file": pdf(), "idempotency_key": "k"})
    cost = OfficeCost.objects.get()
    assert answer.headers["Location"] == reverse("office_cost", args=[cost.number])
    assert client.post(NEW, {**SHARE, "file": pdf(), "idempotency_key": "k"}).headers["Location"] == answer["Location"]
    assert OfficeCost.objects.count() == 1
    shown = client.get(answer.headers["Location"]).content.decode()
    assert "¥8,642.35 × 186.5 ÷ 2,480 = ¥649.92" in shown
    twice = client.post(NEW, SHARE)
    assert (twice.status_code, cost.number in twice.content.decode()) == (409, True)


def test_a_mistake_stands_beside_its_field_with_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for given in ({"weight": "2481"}, {"whole": "x"}, {"file": SimpleUploadedFile("x.exe", b"MZ")}, {"end": ""}):
        answer = client.post(NEW, {**SHARE, **given})
        assert answer.status_code in (400, 422)
        assert "国网杭州供电公司" in answer.content.decode()
    assert not OfficeCost.objects.exists()
    claimed = {"words": "打印纸", "claimant": cast.resident.pk, "amount": "10"}
    assert client.post(f"{NEW}?kind=reimbursed", claimed).status_code == 422
    claimed["claimant"] = cast.frontdesk.pk
    assert client.post(f"{NEW}?kind=reimbursed", claimed).status_code == 302
    assert OfficeCost.objects.get().payee == str(cast.frontdesk)


def test_every_step_is_taken_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    cost = asked(cast)
    cashier, leader = signed_in(cast.cashier), signed_in(cast.supervisor)
    assert do(cashier, cost, "approve").status_code == 403
    assert do(leader, cost, "refuse", reason=" ").status_code == 422
    assert do(leader, cost, "approve").status_code == 302
    assert do(cashier, cost, "pay", method="transfer", received_by="").status_code == 422
    assert do(cashier, cost, "pay", method="transfer", received_by="供电公司", reference="HZ1").status_code == 302
    assert do(cashier, cost, "pay", method="transfer", received_by="供电公司").status_code == 409
    assert OfficePayment.objects.get().reference == "HZ1"
    assert do(cashier, cost, "add", file=pdf()).status_code == 302
    assert do(cashier, cost, "reverse", reason="记错").status_code == 302
    question = waiting_about(cast.project, "office.reverse", cost.number)
    assert question is not None
    page = leader.get("/approvals/").content.decode()
    assert cost.number in page
    assert leader.post(reverse("approval_decide", args=[question.pk]), {"decision": "approve"}).status_code == 302
    assert OfficeReversal.objects.get().by == cast.supervisor
    shown = leader.get(reverse("office_cost", args=[cost.number])).content.decode()
    assert "记错" in shown
    assert do(leader, cost, "fly").status_code == 404


def test_a_step_sent_twice_is_taken_once(cast: Cast, signed_in: SignIn) -> None:
    cost, client = approved(cast), signed_in(cast.cashier)
    path = reverse("office_cost_do", args=[cost.number, "pay"])
    body = {"pay-method": "cash", "pay-received_by": "张师傅", "idempotency_key": "once"}
    assert [client.post(path, body).status_code for _ in range(2)] == [302, 302]
    assert OfficePayment.objects.count() == 1


def test_who_asked_withdraws_and_a_refusal_says_why(cast: Cast, signed_in: SignIn) -> None:
    own, other = asked(cast, claim(cast), by=cast.frontdesk), asked(cast, claim(cast), by=cast.frontdesk)
    desk = signed_in(cast.frontdesk)
    assert do(signed_in(cast.gm), other, "refuse", reason="票据不全").status_code == 302
    assert "票据不全" in desk.get(reverse("office_cost", args=[other.number])).content.decode()
    assert do(desk, own, "withdraw").status_code == 302
    assert [again(one).state for one in (own, other)] == [OfficeState.WITHDRAWN, OfficeState.REFUSED]


def test_each_reader_is_offered_what_they_may(cast: Cast, signed_in: SignIn) -> None:
    waits = asked(cast, claim(cast, claimant=cast.supervisor), by=cast.frontdesk)
    due = approved(cast)

    def offers(who: str, cost: OfficeCost, verb: str) -> bool:
        shown = signed_in(cast.users[who]).get(reverse("office_cost", args=[cost.number])).content.decode()
        return reverse("office_cost_do", args=[cost.number, verb]) in shown

    assert [offers(who, waits, "approve") for who in ("gm", "supervisor", "cashier", "frontdesk")] == [True] + [
        False
    ] * 3
    assert [offers(who, waits, "withdraw") for who in ("frontdesk", "gm")] == [True, False]
    assert [offers(who, due, "pay") for who in ("cashier", "supervisor", "gm")] == [True, True, False]
    assert [offers(who, due, "reverse") for who in ("cashier", "gm")] == [True, False]
    back(cast, due)
    assert not offers("cashier", due, "pay")


@pytest.mark.parametrize("page", ["office_costs", "office_month"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(cast: Cast, signed_in: SignIn, page: str) -> None:
    client, counts = signed_in(cast.cashier), []
    for rows in (1, 3):
        while OfficeCost.objects.count() < rows:
            cost = approved(cast, claim(cast, claimant=(cast.frontdesk, cast.gm, cast.quality)[rows % 3 - 1]))
            paid(cast, cost)
        client.get(reverse(page))
        with CaptureQueriesContext(
            connection,
        ) as asked_now:
            assert cost.number in client.get(reverse(page)).content.decode()
        counts.append(len(asked_now))
    assert counts[0] == counts[1], counts


def test_a_cost_asks_as_often_with_three_vouchers_as_with_one(cast: Cast, signed_in: SignIn) -> None:
    cost, client, counts = asked(cast), signed_in(cast.cashier), []
    for files in (1, 3):
        for _ in range(files - cost.files.count()):
            do(client, cost, "add", file=picture())
        assert cost.files.count() == files
        client.get(reverse("office_cost", args=[cost.number]))
        with CaptureQueriesContext(connection) as asked_now:
            client.get(reverse("office_cost", args=[cost.number]))
        counts.append(len(asked_now))
    assert counts[0] == counts[1], counts


def test_the_list_is_narrowed_and_shows_others_only_their_own(cast: Cast, signed_in: SignIn) -> None:
    share, own = asked(cast), asked(cast, claim(cast), by=cast.frontdesk)
    approved(cast, claim(cast, words="硒鼓"))

    def listed(who: User, query: str = "") -> set[str]:
        text = signed_in(who).get(f"/office-costs/{query}").content.decode()
        return {one.number for one in OfficeCost.objects.all() if one.number in text}

    assert listed(cast.frontdesk) == {one.number for one in OfficeCost.objects.all() if one != share}
    assert listed(cast.quality) == set()
    assert listed(cast.cashier, "?state=asked") == {share.number, own.number}
    assert listed(cast.cashier, "?q=供电") == {share.number}
    assert len(listed(cast.cashier, "?state=nonsense&before=x")) == 3
    assert signed_in(cast.technician).get("/office-costs/").status_code == 403
    assert signed_in(cast.quality).get(reverse("office_cost", args=[share.number])).status_code == 404
    assert signed_in(cast.frontdesk).get("/office-costs/summary/").status_code == 403


def test_a_long_list_goes_on(cast: Cast, signed_in: SignIn) -> None:
    for _ in range(31):
        asked(cast, claim(cast))
    client, first = signed_in(cast.cashier), OfficeCost.objects.earliest("pk")
    text = client.get("/office-costs/").content.decode()
    assert first.number not in text
    before = OfficeCost.objects.order_by("-pk")[29].pk
    assert f"before={before}" in text
    assert first.number in client.get(f"/office-costs/?before={before}").content.decode()


def test_vouchers_are_taken_away_and_never_opened_as_ours(cast: Cast, signed_in: SignIn) -> None:
    cost, client = asked(cast), signed_in(cast.cashier)
    for upload in (pdf(), picture()):
        assert do(client, cost, "add", file=upload).status_code == 302
    for kept in cost.files.select_related("file"):
        path = reverse("office_cost_file", args=[cost.number, kept.file.token])
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert signed_in(cast.frontdesk).get(path).status_code == 404
    other = asked(cast, claim(cast))
    wrong = reverse("office_cost_file", args=[other.number, cost.files.first().file.token])  # type: ignore[union-attr]
    assert client.get(wrong).status_code == 404


def test_a_voucher_is_a_photo_or_a_pdf_and_not_too_large(cast: Cast, signed_in: SignIn, settings: Any) -> None:
    cost, client = asked(cast), signed_in(cast.cashier)
    assert do(client, cost, "add", file=SimpleUploadedFile("x.html", b"<b>", "image/png")).status_code == 422
    assert do(client, cost, "add").status_code == 422
    settings.UPLOAD_MAX_BYTES = 8
    assert do(client, cost, "add", file=pdf()).status_code == 422
    assert not cost.files.exists()


@poppler
def test_the_form_has_the_sum_the_people_and_lines_to_sign(cast: Cast, signed_in: SignIn) -> None:
    share, back_paid = approved(cast), asked(cast, claim(cast))
    paid(cast, share, received_by="供电公司")
    client, texts = signed_in(cast.cashier), []
    for cost in (share, back_paid):
        answer = client.post(reverse("office_cost_paper", args=[cost.number]))
        texts.append(words_on(answer.content))
    for word in ("办公费用分摊单", "÷2,480=¥649.92", "陆佰肆拾玖元玖角贰分", "供电公司", "收款人签字"):
        assert word in texts[0], word
    for word in ("办公费用报销单", "壹佰元整", "打印纸", "批准人签字"):
        assert word in texts[1], word
    assert AuditEntry.objects.filter(action="office.printed").count() == 2


def test_a_month_is_taken_out_as_a_workbook(cast: Cast, signed_in: SignIn) -> None:
    cost = approved(cast, shared(words="=1+1"))
    paid(cast, cost)
    approve(approval=back(cast, again(cost)), by=cast.gm, at=NOON)
    client = signed_in(cast.cashier)
    answer = client.get("/office-costs/summary/export/?on=2026-11")
    book = load_workbook(io.BytesIO(answer.content))
    sums, lines = book.worksheets
    assert [cell.value for cell in sums[2]][1:] == ["国网杭州供电公司", 1, 649.92, 649.92, 0]
    assert [cell.value for cell in lines[2]][2] == "'=1+1"
    assert lines.max_row == 2
    written = AuditEntry.objects.get(action="office.exported")
    assert (written.by, written.data["count"]) == (cast.cashier, 2)
    assert client.get("/office-costs/summary/?on=2026-10").status_code == 200
    for who in ("frontdesk", "head", "quality"):
        assert signed_in(cast.users[who]).get("/office-costs/summary/export/").status_code == 403


def test_a_long_month_is_taken_out_with_a_second_person(cast: Cast, signed_in: SignIn) -> None:
    approved(cast)
    cast.project.export_alone = 0
    cast.project.save()
    client = signed_in(cast.cashier)
    asked_first = client.get("/office-costs/summary/export/?on=2026-11")
    assert "reason" in asked_first.content.decode()
    assert client.post("/office-costs/summary/export/?on=2026-11", {"reason": "年审"}).status_code == 302
