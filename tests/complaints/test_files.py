"""What is kept with a complaint: photos from the first form on, and its record on paper."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from cases.models import Attachment
from cases.states import PhotoLabel
from complaints import actions
from complaints.actions.issuing import issue_record
from complaints.models import Complaint
from complaints.papers import render_record
from complaints.recording import record_of
from core.errors import NotAllowed
from records.models import AuditEntry
from records.papers import FONTS
from sla.actions import extend
from tests.cast import NOON, Cast
from tests.complaints.scene import DAY, HOUR, MINUTE, clock, handled, refer, sweep, taken
from tests.paper import poppler, words_on
from tests.tickets.flow import opened
from tests.tickets.pictures import photo_bytes
from visits.actions import Outcome, record
from visits.models import Callback

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
NEW = {"unit": "3-2-1501", "description": "楼道灯坏了一周，一直没人管", "contact_phone": "13812341234"}


def picture(color: str = "olive") -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo_bytes(color), "image/jpeg")


def page(complaint: Complaint) -> str:
    return f"/complaints/{complaint.case.number}/"


def photos_of(complaint: Complaint) -> list[str]:
    return list(complaint.case.attachments.values_list("label", flat=True))


# --- photos ----------------------------------------------------------------------------------------------------------
@pytest.mark.req("CMP-1")
def test_photos_sent_before_it_had_a_number_hang_on_it(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    token = client.post("/intake/photos/", {"file": picture()}).json()["id"]
    client.post("/complaints/new/", {**NEW, "photos": [token]})
    complaint = Complaint.objects.get()
    assert photos_of(complaint) == [PhotoLabel.INTAKE]
    assert f'src="/c/{complaint.case.number}/files/{token}/"' in client.get(page(complaint)).content.decode()


def test_without_the_pages_script_the_photo_comes_with_the_form(cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.frontdesk).post("/complaints/new/", {**NEW, "photos": picture()})
    assert photos_of(Complaint.objects.get()) == [PhotoLabel.INTAKE]


def test_a_refused_form_comes_back_with_its_photos(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    token = client.post("/intake/photos/", {"file": picture()}).json()["id"]
    answer = client.post("/complaints/new/", {**NEW, "description": "", "photos": [token]})
    assert answer.status_code == 422
    assert f'data-kept="{token}"' in answer.content.decode()


def test_what_is_no_picture_takes_no_complaint(cast: Cast, signed_in: SignIn) -> None:
    wrong = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    answer = signed_in(cast.frontdesk).post("/complaints/new/", {**NEW, "photos": wrong})
    assert answer.status_code == 422
    assert not Complaint.objects.exists()


@pytest.mark.req("CMP-1")
def test_a_photo_is_added_later_and_kept_once(cast: Cast, signed_in: SignIn) -> None:
    complaint = handled(cast)
    client = signed_in(cast.technician)
    for _ in range(2):
        answer = client.post(
            page(complaint) + "photos/", {"file": picture(), "kind": "intake"}, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 200, answer.content
    assert photos_of(complaint) == [PhotoLabel.INTAKE]
    assert complaint.case.events.filter(kind="case.photo").count() == 1


@pytest.mark.parametrize(("label", "status"), [("intake", 200), ("paper", 400), ("signature", 400), ("", 400)])
def test_only_photos_are_taken_and_no_papers_of_ours(cast: Cast, signed_in: SignIn, label: str, status: int) -> None:
    answer = signed_in(cast.frontdesk).post(page(taken(cast)) + "photos/", {"file": picture(), "kind": label})
    assert answer.status_code == status


@pytest.mark.req("CMP-6")
def test_while_harm_goes_on_no_photo_comes_before_the_action(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, harm_ongoing=True)
    client = signed_in(cast.frontdesk)
    assert client.post(page(complaint) + "photos/", {"file": picture(), "kind": "intake"}).status_code == 409
    assert "complaint_photo" not in client.get(page(complaint)).content.decode()


@pytest.mark.req("CMP-15")
def test_photos_of_one_about_a_colleague_are_seen_above_them_only(cast: Cast, signed_in: SignIn, api: Api) -> None:
    complaint = taken(cast, by="supervisor", about_person=cast.frontdesk)
    kept = actions.add_photo(complaint=complaint, upload=picture(), by=cast.supervisor, at=NOON + MINUTE)
    address = f"c/{complaint.case.number}/files/{kept.file.token}/"
    program = address.replace("c/", "cases/", 1)
    assert signed_in(cast.gm).get(f"/{address}").status_code == 200
    assert api(cast.gm).get(f"/api/v1/{program}").status_code == 200
    assert signed_in(cast.frontdesk).get(f"/{address}").status_code == 404
    assert api(cast.frontdesk).get(f"/api/v1/{program}").status_code == 404
    assert signed_in(cast.frontdesk).post(page(complaint) + "photos/", {"file": picture()}).status_code == 404


def test_a_program_adds_photos_too(cast: Cast, api: Api) -> None:
    complaint = handled(cast)
    url = f"/api/v1/complaints/{complaint.case.number}/photos/"
    kept = api(cast.technician).post(url, {"photo": picture(), "label": "after"}, format="multipart")
    assert [photo["label"] for photo in kept.json()["photos"]] == ["after"]
    assert api(cast.quality).post(url, {"photo": picture()}, format="multipart").status_code == 403


# --- the record ------------------------------------------------------------------------------------------------------
def _at_its_end(cast: Cast) -> Complaint:
    complaint = handled(cast, grade="important", about_words="夜班保洁", demand="当天清走并道歉")
    by, later = cast.technician, NOON + HOUR
    company = actions.Responsible(party="company", department=cast.departments["maintenance"])
    actions.establish(
        complaint=complaint, responsible=[company], cause="排班漏了夜班", apologised=True, by=by, at=later
    )
    remedy = actions.propose_remedy(complaint=complaint, text="补清三天", cost=Decimal(88), by=by, at=later)
    actions.settle_remedy(remedy=remedy, agreed=True, by=by, at=later)
    actions.resolve(complaint=complaint, outcome="solved", result="已清走", agreed=True, by=by, at=later)
    return complaint


@poppler
def test_the_record_tells_the_whole_course_on_numbered_pages(cast: Cast) -> None:
    complaint = _at_its_end(cast)
    kept = issue_record(complaint=complaint, url="https://desk.example.org/", fonts=FONTS, by=cast.frontdesk, at=NOON)
    plain = words_on(kept.file.file.read())
    for said in (
        "客户投诉处理记录表", complaint.case.number, "3-2-1501", "13812341234", "夜班保洁", "楼道垃圾三天没人清",
        "当天清走并道歉", "排班漏了夜班", "补清三天", "费用88.00元", "已清走", "已与业主通话", "投诉人签字", "第1页/共",
    ):  # fmt: skip
        assert said in plain, said


def test_a_reprint_is_the_paper_that_was_issued_until_something_happens(cast: Cast, signed_in: SignIn) -> None:
    complaint = _at_its_end(cast)
    client = signed_in(cast.frontdesk)
    first = client.post(page(complaint) + "paper/").headers["Location"]
    assert client.post(page(complaint) + "paper/").headers["Location"] == first
    printed = client.get(first)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert b"".join(printed.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(action="contact.revealed", by=cast.frontdesk).count() == 1
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + timedelta(hours=2))
    assert client.post(page(complaint) + "paper/").headers["Location"] != first


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["frontdesk", "supervisor", "gm", "admin", "technician", "quality"])
def test_the_record_with_the_number_is_for_the_desk_leaders_and_who_handles_it(
    cast: Cast, signed_in: SignIn, who: str
) -> None:
    may = who != "quality"
    complaint = handled(cast)
    issued = signed_in(cast.frontdesk).post(page(complaint) + "paper/").headers["Location"]
    client = signed_in(cast.users[who])
    shown = client.get(page(complaint)).content.decode()
    assert (f'action="{page(complaint)}paper/"' in shown) is may
    assert (f'href="{issued}"' in shown) is may
    found = [client.get(issued).status_code, client.post(page(complaint) + "paper/").status_code]
    assert found == ([200, 302] if may else [403, 403])


@pytest.mark.req("CMP-15")
def test_who_it_is_about_neither_prints_nor_reads_it(cast: Cast, signed_in: SignIn) -> None:
    complaint = taken(cast, by="supervisor", about_person=cast.frontdesk)
    issued = issue_record(complaint=complaint, url="https://x.org/", fonts=FONTS, by=cast.gm, at=NOON)
    client = signed_in(cast.frontdesk)
    assert client.get(f"/c/{complaint.case.number}/files/{issued.file.token}/").status_code == 404
    assert client.post(page(complaint) + "paper/").status_code == 404
    with pytest.raises(NotAllowed):
        issue_record(complaint=complaint, url="https://x.org/", fonts=FONTS, by=cast.frontdesk, at=NOON)
    assert Attachment.objects.filter(label=PhotoLabel.PAPER).count() == 1


def test_its_repairs_are_those_of_its_page_on_paper_too(cast: Cast) -> None:
    complaint = taken(cast)
    own, waited_for = opened(cast, parent=complaint.case), opened(cast)
    opened(cast, code="technical", parent=complaint.case)  # an enquiry is no repair
    actions.await_work(complaint=complaint, work=waited_for.case, by=cast.frontdesk, at=NOON)
    assert record_of(complaint, url="", at=NOON + HOUR).repairs == f"{own.case.number}、{waited_for.case.number}"


def test_whoever_complained_online_took_nothing_down(cast: Cast) -> None:
    """Their own name stands where they are named, and not as the colleague's who took it."""
    online = taken(cast, by="resident", channel="online")
    assert record_of(online, url="", at=NOON).taken_by == ""
    assert record_of(taken(cast), url="", at=NOON).taken_by == str(cast.frontdesk)


def test_what_happens_later_stands_in_the_record(cast: Cast) -> None:
    complaint = taken(cast)
    before = record_of(complaint, url="", at=NOON + HOUR)
    refer(cast, complaint, at=NOON + MINUTE)
    complaint.refresh_from_db()
    after: Any = record_of(Complaint.objects.get(pk=complaint.pk), url="", at=NOON + HOUR)
    assert len(after.steps) == len(before.steps) + 1
    assert after.department


def called_back(cast: Cast, complaint: Complaint, outcome: Outcome, *, at: datetime) -> None:
    """Solved, told, closed, and called back an hour later."""
    actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.supervisor, at=at)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=at)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=at)
    callback = Callback.objects.get(case__parent=complaint.case, done_at=None)
    record(callback=callback, outcome=outcome, by=cast.frontdesk, at=at + HOUR)


@pytest.mark.req("CMP-12", "CBK-4")
@poppler
def test_every_callback_stands_on_the_record_with_the_residents_word(cast: Cast) -> None:
    complaint = handled(cast)
    bad = Outcome(result="dissatisfied", score=2, text="第二天又堆满了", how="phone")
    called_back(cast, complaint, bad, at=NOON + HOUR)
    called_back(cast, complaint, Outcome(result="satisfied", score=5, how="visit"), at=NOON + 24 * HOUR)
    kept = record_of(Complaint.objects.get(pk=complaint.pk), url="https://x.org/", at=NOON + HOUR)
    assert kept.opinion == "回访满意，5 分"
    assert [(one.result, one.text, one.by) for one in kept.callbacks] == [
        ("不满意，2 分", "第二天又堆满了", "Frontdesk"),
        ("满意，5 分", "", "Frontdesk"),
    ]
    printed = words_on(render_record(kept, fonts=FONTS))
    for words in ("不满意，2分", "第二天又堆满了", "满意，5分", "当面", "住户意见回访满意，5分", "2026年11月23日14:00"):
        assert words in printed, words
    assert "回访人" not in printed, "nothing is left to be written in by hand"


def test_whoever_was_not_reached_yet_leaves_a_line_to_write_on(cast: Cast) -> None:
    complaint = handled(cast)
    actions.resolve(
        complaint=complaint, outcome="solved", result="已清运", agreed=True, by=cast.technician, at=NOON + HOUR
    )
    kept = record_of(Complaint.objects.get(pk=complaint.pk), url="", at=NOON + HOUR)
    assert (kept.opinion, kept.callbacks, kept.callback_owed) == ("同意", (), True)


@poppler
@pytest.mark.req("SLA-2", "CMP-1")
def test_the_record_tells_what_was_promised_and_what_became_of_it(cast: Cast) -> None:
    complaint = handled(cast, grade="minor")
    sweep(NOON + 3 * DAY)
    stands = {
        one.promise: (f"{one.due_at:%m-%d %H:%M}", one.state)
        for one in record_of(complaint, url="", at=NOON + 3 * DAY).promises
    }
    assert stands["责任人与住户联系"] == ("11-23 16:05", "按时，2026年11月23日 12:10 完成")
    assert stands["轻微投诉解决"] == ("11-25 12:00", "超时")
    complaint.case.refresh_from_db()
    issued = issue_record(complaint=complaint, url="https://x/", fonts=FONTS, by=cast.supervisor, at=NOON + 3 * DAY)
    plain = words_on(issued.file.file.read())
    assert "轻微投诉解决2026年11月25日12:00超时" in plain


@poppler
@pytest.mark.req("SLA-2", "SLA-4", "CMP-1")
def test_the_record_of_an_extended_deadline_says_what_the_page_says(cast: Cast) -> None:
    complaint = taken(cast, grade="minor")
    sweep(NOON + 2 * DAY + MINUTE)
    solving, now = clock(complaint, "complaint.resolve.minor"), NOON + 6 * DAY
    extend(clock=solving, by_hours=240, reason="等配件到货", by=cast.supervisor, at=now)
    (one,) = [one for one in record_of(complaint, url="", at=now).promises if one.promise == "轻微投诉解决"]
    assert one.first_due_at is not None
    assert [f"{day:%m-%d}" for day in (one.first_due_at, one.due_at)] == ["11-25", "12-05"]
    assert one.state == (
        "未到期，2026年11月25日 12:00 起超时，2026年11月29日 12:00 由 Supervisor 延至 2026年12月5日 12:00（等配件到货）"
    )
    complaint.case.refresh_from_db()
    issued = issue_record(complaint=complaint, url="https://x/", fonts=FONTS, by=cast.supervisor, at=now)
    plain = words_on(issued.file.file.read())
    assert "（原" in plain
    assert "等配件到货" in plain
    late = record_of(complaint, url="", at=NOON + 13 * DAY).promises
    assert [one.state.split("，")[0] for one in late if one.promise == "轻微投诉解决"] == ["超时"]


@pytest.mark.req("CMP-9")
def test_the_record_has_the_callbacks_deadline_too(cast: Cast) -> None:
    complaint = handled(cast)
    actions.resolve(complaint=complaint, outcome="solved", result="已清运", by=cast.technician, at=NOON + HOUR)
    actions.inform(complaint=complaint, how="phone", by=cast.frontdesk, at=NOON + HOUR)
    actions.close(complaint=complaint, confirmed=True, by=cast.frontdesk, at=NOON + HOUR)
    kept = record_of(Complaint.objects.get(pk=complaint.pk), url="", at=NOON + HOUR)
    assert {one.promise: one.state for one in kept.promises}["投诉回访"] == "未到期"
