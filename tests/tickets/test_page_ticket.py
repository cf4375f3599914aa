"""One ticket's page: what it shows to whom, which steps it offers, and what becomes of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.states import PhotoLabel
from records.models import AuditEntry
from tests.cast import NOON, Cast
from tests.tickets.flow import (
    HOUR,
    called_back,
    category,
    completed,
    dispatched,
    in_progress,
    kinds,
    opened,
    ticket_in,
)
from tests.tickets.pages import (
    LATER,
    MASKED,
    PHONE,
    clock_at,
    hidden,
    primary_of,
    read_in_english,
    steps_of,
    text_of,
    words_of,
)
from tests.tickets.pictures import photo_bytes
from tickets import actions
from tickets.models import Ticket
from tickets.states import State

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    read_in_english(cast)
    with clock_at():
        yield


def page(ticket: Ticket) -> str:
    return f"/tickets/{ticket.case.number}/"


def do(ticket: Ticket, verb: str) -> str:
    return f"/tickets/{ticket.case.number}/do/{verb}/"


# --- what it shows ---------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-1")
def test_it_says_who_and_where_and_what_they_said(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast, description="客厅吸顶灯不亮了，换过灯泡也不行")
    words = words_of(signed_in(cast.frontdesk).get(page(ticket)))
    for expected in (ticket.case.number, "3-2-1501", "张小明", "客厅吸顶灯不亮了", "Pending dispatch"):
        assert expected in words


@pytest.mark.req("SEC-1")
def test_the_phone_is_masked_everywhere_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.supervisor).get(page(opened(cast)))
    assert MASKED in words_of(response)
    assert PHONE not in response.content.decode()


@pytest.mark.req("REP-4", "SLA-2")
def test_it_shows_each_promise_with_its_due_time(cast: Cast, signed_in: SignIn) -> None:
    words = words_of(signed_in(cast.frontdesk).get(page(dispatched(cast, opened(cast)))))
    for promise in ("Technical response", "First word back", "Arrival at the agreed time"):
        assert promise in words
    assert "4 h 50 min over" in words, "the ten minutes for the technical response, five hours after the call"


@pytest.mark.req("REP-4")
def test_the_callback_and_its_promise_are_on_the_same_page(cast: Cast, signed_in: SignIn) -> None:
    ticket = completed(cast, opened(cast))
    words = words_of(signed_in(cast.frontdesk).get(page(ticket)))
    assert "Callback on a repair" in words
    assert "HF-20261123-0001" in words


@pytest.mark.req("REP-2")
def test_it_says_who_pays_and_why(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    words = words_of(signed_in(cast.frontdesk).get(page(ticket)))
    assert "Free service" in words
    assert "is under warranty until" in words


def ask(ticket: Ticket, verb: str) -> str:
    return f"/tickets/{ticket.case.number}/ask/{verb}/"


def test_what_happened_is_told_in_order_newest_first(cast: Cast, signed_in: SignIn) -> None:
    words = words_of(signed_in(cast.frontdesk).get(page(in_progress(cast, opened(cast)))))
    story = words[words.index("What happened") :]
    assert story.index("Technician arrived.") < story.index("Technician accepted the job.") < story.index("Taken:")


def test_unless_they_chose_otherwise_people_read_chinese(cast: Cast, signed_in: SignIn) -> None:
    User.objects.update(language="")
    assert "承诺与时限" in words_of(signed_in(User.objects.get(pk=cast.frontdesk.pk)).get(page(opened(cast))))


def test_others_who_reported_it_are_named_and_linked(cast: Cast, signed_in: SignIn) -> None:
    kept = opened(cast)
    twin = opened(cast, unit=cast.units["3-2-1502"], contact_name="单小红")
    actions.join(duplicate=twin, original=kept, by=cast.frontdesk, at=NOON)
    response = signed_in(cast.frontdesk).get(page(kept))
    assert "单小红" in words_of(response)
    assert f'href="/tickets/{twin.case.number}/"' in response.content.decode()
    assert kept.case.number in words_of(signed_in(cast.frontdesk).get(page(twin)))


# --- who may see it --------------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(
    "who", ["technician", "technician2", "guard", "cashier", "frontdesk2", "resident", "resident2"]
)
def test_who_has_nothing_to_do_with_it_finds_nothing(cast: Cast, signed_in: SignIn, who: str) -> None:
    ticket = opened(cast)
    client = signed_in(cast.users[who])
    address = page(ticket)
    gone = client.get("/tickets/BX-19990101-0001/")
    for found in (
        client.get(address),
        client.post(do(ticket, "cancel"), {"reason": "x"}),
        client.post(address + "paper/"),
    ):
        assert found.status_code == gone.status_code == 404
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.PENDING


def test_a_technician_sees_it_while_the_job_is_theirs(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    assert signed_in(cast.technician).get(page(ticket)).status_code == 200
    assert signed_in(cast.technician2).get(page(ticket)).status_code == 404
    dispatched(cast, ticket, who=cast.technician2, at=LATER)
    assert signed_in(cast.technician).get(page(ticket)).status_code == 404


def test_signed_out_it_asks_to_sign_in(cast: Cast) -> None:
    response = Client().get(page(opened(cast)))
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]


# --- steps -----------------------------------------------------------------------------------------------------------
NEXT = [
    (State.PENDING, "frontdesk", "Send somebody"),
    (State.PENDING, "supervisor", "Send somebody"),
    (State.PENDING, "quality", ""),
    (State.DISPATCHED, "technician", "Accept the job"),
    (State.DISPATCHED, "supervisor", ""),
    (State.ACCEPTED, "technician", "Be there"),
    (State.IN_PROGRESS, "technician", "Finish the work"),
    (State.IN_PROGRESS, "frontdesk", ""),
    (State.ON_HOLD, "technician", "Go on"),
    (State.COMPLETED, "frontdesk", "Make the callback"),
    (State.COMPLETED, "technician", ""),
    (State.CLOSED, "frontdesk", ""),
    (State.REOPENED, "head", "Send somebody"),
    (State.CANCELLED, "supervisor", ""),
]


@pytest.mark.parametrize(("state", "who", "expected"), NEXT)
def test_there_is_one_obvious_next_step(cast: Cast, signed_in: SignIn, state: str, who: str, expected: str) -> None:
    response = signed_in(cast.users[who]).get(page(ticket_in(cast, state)))
    assert primary_of(response) == expected


MEND = {"change-category", "amend-contact", "join-caller"}
WORKS = {"change-category", "amend-contact"}
OFFERED = [
    (State.PENDING, "frontdesk", {"dispatch", "feedback", "join", "cancel", *MEND}),
    (State.PENDING, "supervisor", {"dispatch", "feedback", "join", "cancel", "override-charge", *MEND}),
    (State.PENDING, "quality", set()),
    (State.DISPATCHED, "technician", {"accept", "feedback", "return", *WORKS}),
    (State.IN_PROGRESS, "technician", {"complete", "feedback", "parts", "hold", "return", *WORKS}),
    (State.IN_PROGRESS, "frontdesk", {"feedback", "hold", "redispatch", *MEND}),
    (State.ON_HOLD, "frontdesk", {"resume", "feedback", *MEND}),
    (State.COMPLETED, "frontdesk", {"feedback", "reopen", "amend-contact"}),
    (State.CLOSED, "supervisor", {"reopen"}),
    (State.CANCELLED, "supervisor", set()),
]


@pytest.mark.parametrize(("state", "who", "verbs"), OFFERED)
def test_only_steps_that_are_allowed_now_are_offered(
    cast: Cast, signed_in: SignIn, state: str, who: str, verbs: set[str]
) -> None:
    ticket = ticket_in(cast, state)
    assert steps_of(signed_in(cast.users[who]).get(page(ticket)), ticket.case.number) == verbs


@pytest.mark.parametrize(
    ("state", "who", "verb", "data"),
    [
        (State.PENDING, "quality", "cancel", {"reason": "x"}),
        (State.PENDING, "frontdesk", "override-charge", {"charge": "paid", "reason": "x"}),
        (State.DISPATCHED, "frontdesk", "accept", {}),
        (State.IN_PROGRESS, "technician", "cancel", {"reason": "x"}),
        (State.COMPLETED, "technician", "reopen", {"reason": "x"}),
    ],
)
def test_a_step_that_is_not_offered_is_refused_by_the_server_too(
    cast: Cast, signed_in: SignIn, state: str, who: str, verb: str, data: dict[str, str]
) -> None:
    ticket = ticket_in(cast, state)
    before = kinds(ticket.case)
    response = signed_in(cast.users[who]).post(do(ticket, verb), data)
    assert response.status_code == 403
    assert kinds(ticket.case) == before


def test_a_step_out_of_order_is_refused_with_the_state_in_its_sentence(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    response = signed_in(cast.technician).post(do(ticket, "arrive"))
    assert response.status_code == 409
    assert "Dispatched" in words_of(response)


def test_an_unknown_verb_is_nothing(cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.supervisor).post(do(opened(cast), "explode")).status_code == 404


@pytest.mark.req("REP-3")
def test_dispatching_offers_the_skilled_first_and_sends_at_the_agreed_time(cast: Cast, signed_in: SignIn) -> None:
    cast.technician2.skills.create(category=category("lamp"))
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    shown = words_of(client.get(ask(ticket, "dispatch")))
    assert shown.index("Technician2 · knows this trade") < shown.index("Technician · not trained for it")
    data = {"technician": cast.technician2.pk, "window_from": "2026-11-23T18:00", "window_to": "2026-11-23T19:00"}
    assert client.post(do(ticket, "dispatch"), data).headers["Location"] == page(ticket)
    job = ticket.jobs.get()
    assert (job.technician, job.window_from, job.window_to) == (cast.technician2, NOON + 6 * HOUR, NOON + 7 * HOUR)


def test_a_form_that_is_fetched_is_the_same_and_only_while_it_can_be_done(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    assert "dispatch-technician" not in text_of(client.get(page(ticket)))
    whole = text_of(client.get(f"{page(ticket)}?draft=tab-1"))
    assert 'id="dispatch-technician' in whole, "where a draft comes back every form is there"
    fetched = client.get(ask(ticket, "dispatch"))
    assert f'action="{do(ticket, "dispatch")}"' in text_of(fetched)
    assert hidden(fetched, do(ticket, "dispatch"), "version") == str(ticket.case.version)
    assert client.get(ask(ticket, "complete")).status_code == 409
    assert [client.get(ask(ticket, verb)).status_code for verb in ("arrive", "no-such")] == [404, 404]


def test_who_cannot_be_sent_is_no_choice(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    response = signed_in(cast.frontdesk).post(do(ticket, "dispatch"), {"technician": cast.users["gm"].pk})
    assert response.status_code == 422
    assert not ticket.jobs.exists()


def test_a_beginning_without_an_end_takes_an_hour(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    data = {"technician": cast.technician.pk, "window_from": "2026-11-23T18:00"}
    signed_in(cast.frontdesk).post(do(ticket, "dispatch"), data)
    assert ticket.jobs.get().window_to == NOON + 7 * HOUR


def test_a_clash_is_said_before_and_after_saving(cast: Cast, signed_in: SignIn) -> None:
    other = dispatched(cast, opened(cast), at=LATER)
    ticket = opened(cast)
    data: dict[str, Any] = {"technician": cast.technician.pk, "window_from": "2026-11-23T18:30"}
    data["window_to"] = "2026-11-23T19:30"
    client = signed_in(cast.frontdesk)
    assert other.case.number in words_of(client.get(page(ticket) + "clash/", data))
    assert other.case.number not in words_of(client.get(page(ticket) + "clash/", {**data, "window_from": "x"}))
    assert other.case.number in words_of(client.post(do(ticket, "dispatch"), data, follow=True))


# --- mistakes keep what was typed ------------------------------------------------------------------------------------
def test_a_missing_reason_leaves_the_dialog_open_with_the_mistake(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    response = signed_in(cast.frontdesk).post(do(ticket, "cancel"), {"reason": "  "})
    assert response.status_code == 422
    assert 'id="step-cancel" aria-labelledby="step-cancel-title" data-open-now' in response.content.decode()
    assert "Say why." in words_of(response)
    ticket.case.refresh_from_db()
    assert ticket.case.state == State.PENDING


def test_the_same_form_sent_twice_acts_once(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    client = signed_in(cast.technician)
    answers = [client.post(do(ticket, "accept"), {"idempotency_key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert kinds(ticket.case).count("ticket.accepted") == 1


def test_lines_of_a_quote_that_was_refused_are_still_there(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast, code="lamp")
    actions.override_charge(ticket=ticket, charge="paid", reason="人为损坏", by=cast.supervisor, at=NOON)
    client = signed_in(cast.supervisor)
    prices = client.get(ask(ticket, "quote")).context["price_list"][:2]
    data = {"item": [prices[0].pk, prices[1].pk], "quantity": ["2", "none"]}
    response = client.post(do(ticket, "quote"), data)
    assert response.status_code == 422
    typed = next(step for step in response.context["steps"] if step.verb == "quote").form.typed
    assert [(line.item.pk, line.quantity) for line in typed] == [(prices[0].pk, "2"), (prices[1].pk, "none")]
    assert 'name="quantity" value="none"' in response.content.decode()
    data["quantity"] = ["2", "1.5"]
    assert client.post(do(ticket, "quote"), data).status_code == 302
    assert [str(line.quantity) for line in ticket.lines.quoted()] == ["2.00", "1.50"]


@pytest.mark.req("REP-2")
def test_a_supervisor_decides_otherwise_with_a_reason(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    assert client.post(do(ticket, "override-charge"), {"charge": "paid", "reason": ""}).status_code == 422
    client.post(do(ticket, "override-charge"), {"charge": "paid", "reason": "人为损坏"})
    ticket.refresh_from_db()
    assert (ticket.charge, ticket.charge_override_reason) == ("paid", "人为损坏")
    assert "人为损坏" in words_of(client.get(page(ticket)))


def test_join_asks_for_a_ticket_that_is_there(cast: Cast, signed_in: SignIn) -> None:
    kept, twin = opened(cast), opened(cast)
    client = signed_in(cast.frontdesk)
    response = client.post(do(twin, "join"), {"other": "BX-19990101-0001"})
    assert "BX-19990101-0001" in words_of(response)
    assert client.post(do(twin, "join"), {"other": kept.case.number.lower()}).status_code == 302
    twin.refresh_from_db()
    assert twin.joined_to == kept


def test_the_category_is_changed_with_all_that_follows(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast, code="lamp")
    client = signed_in(cast.frontdesk)
    data = {"category": category("power").pk, "urgency": "urgent"}
    assert client.post(do(ticket, "change-category"), data).status_code == 302
    ticket.case.refresh_from_db()
    assert (ticket.case.category, ticket.case.urgency) == ("power", "urgent")
    assert (
        client.post(do(ticket, "change-category"), {"category": category("fees").pk, "urgency": "x"}).status_code == 422
    )


@pytest.mark.req("SEC-1")
def test_mending_the_contact_neither_shows_the_number_nor_loses_it(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    client.post(do(ticket, "amend-contact"), {"name": "张太太", "phone": "", "place": "主卧"})
    ticket.case.refresh_from_db()
    assert (ticket.case.contact_name, ticket.case.contact_phone, ticket.case.place) == ("张太太", PHONE, "主卧")
    response = client.post(do(ticket, "amend-contact"), {"name": "张太太", "phone": "13700001111"}, follow=True)
    ticket.case.refresh_from_db()
    assert ticket.case.contact_phone == "13700001111"
    assert "13700001111" not in response.content.decode()


def test_who_else_reported_it_is_written_down(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.frontdesk)
    assert client.post(do(ticket, "join-caller"), {"name": ""}).status_code == 422
    client.post(do(ticket, "join-caller"), {"name": "楼上邻居", "text": "我家也不亮"})
    words = words_of(client.get(page(ticket)))
    assert "楼上邻居" in words
    assert "我家也不亮" in words


# --- phones and photos ----------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
def test_whoever_has_the_job_dials_in_one_tap_and_it_is_logged(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    response = signed_in(cast.technician).post(page(ticket) + "dial/", HTTP_HX_REQUEST="true")
    assert f'href="tel:{PHONE}"' in response.content.decode()
    entry = AuditEntry.objects.get(action="contact.revealed")
    assert (entry.by, entry.target, entry.reason) == (cast.technician, ticket.case.number, ticket.case.number)


@pytest.mark.req("SEC-1")
def test_nobody_else_dials_without_a_reason(cast: Cast, signed_in: SignIn) -> None:
    ticket = dispatched(cast, opened(cast))
    response = signed_in(cast.supervisor).post(page(ticket) + "dial/")
    assert response.status_code == 403
    assert PHONE not in response.content.decode()
    assert not AuditEntry.objects.filter(action="contact.revealed").exists()


@pytest.mark.req("SEC-1")
def test_a_number_is_shown_for_a_reason_only(cast: Cast, signed_in: SignIn) -> None:
    ticket = opened(cast)
    client = signed_in(cast.supervisor)
    refused = client.post(page(ticket) + "reveal/", {"reason": " "}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 422
    assert PHONE not in refused.content.decode()
    shown = client.post(page(ticket) + "reveal/", {"reason": "核对地址"})
    assert PHONE in shown.content.decode()
    assert AuditEntry.objects.get(action="contact.revealed").reason == "核对地址"


def test_a_photo_sent_twice_with_one_key_is_kept_once(cast: Cast, signed_in: SignIn) -> None:
    ticket = in_progress(cast, opened(cast))
    client = signed_in(cast.technician)
    answers = []
    for _ in range(2):
        upload = SimpleUploadedFile("a.jpg", photo_bytes(), "image/jpeg")
        answers.append(
            client.post(page(ticket) + "photos/", {"file": upload, "kind": "after"}, HTTP_IDEMPOTENCY_KEY="p1").json()
        )
    assert answers[0] == answers[1]
    assert ticket.case.attachments.get().label == PhotoLabel.AFTER
    assert client.get(answers[0]["thumbnail"]).headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("kind", "content", "status"), [("after", b"GIF89a<script>", 400), ("", b"", 400), ("paper-money", b"", 400)]
)
def test_what_is_no_photo_is_refused_in_words(
    cast: Cast, signed_in: SignIn, kind: str, content: bytes, status: int
) -> None:
    ticket = in_progress(cast, opened(cast))
    upload = SimpleUploadedFile("a.jpg", content or photo_bytes(), "image/jpeg")
    response = signed_in(cast.technician).post(page(ticket) + "photos/", {"file": upload, "kind": kind})
    assert response.status_code == status
    assert response.json()["detail"]
    assert not ticket.case.attachments.exists()


def test_without_a_file_it_says_so(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.technician).post(page(in_progress(cast, opened(cast))) + "photos/", {"kind": "after"})
    assert response.status_code == 400


@pytest.mark.req("CBK-1")
def test_after_a_good_callback_it_is_closed_and_says_so(cast: Cast, signed_in: SignIn) -> None:
    ticket = called_back(cast, completed(cast, opened(cast)))
    assert "Closed" in words_of(signed_in(cast.frontdesk).get(page(ticket)))


@pytest.mark.req("REP-6")
def test_the_leak_test_is_ended_from_the_page(cast: Cast, signed_in: SignIn) -> None:
    ticket = completed(cast, opened(cast, code="wet_room_leak"))
    client = signed_in(cast.technician)
    assert primary_of(client.get(page(ticket))) == "End the leak test"
    assert client.post(do(ticket, "end-leak-test"), {"result": "闭水24小时不漏"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.leak_test_ended_at == LATER
