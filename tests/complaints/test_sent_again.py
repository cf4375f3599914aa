"""Gone back in the browser and sent once more, a complaint is the same one."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from complaints.models import Complaint
from tests.cast import Cast

pytestmark = pytest.mark.req("CMP-1")
SignIn = Callable[[User], Client]
TYPED = {"unit": "3-2-1501", "description": "楼道灯坏了一周", "contact_phone": "13812341234", "draft": "d-1"}


def test_the_same_draft_sent_again_is_the_same_complaint_and_says_so(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    first = client.post(reverse("complaint_new"), TYPED | {"idempotency_key": "a"})
    again = client.post(reverse("complaint_new"), TYPED | {"idempotency_key": "b"}, follow=True)
    complaint = Complaint.objects.get()
    assert again.redirect_chain[0][0] == first["Location"] == f"/complaints/{complaint.case.number}/"
    page = again.content.decode()
    assert "already" in page or "已保存" in page or "已经保存" in page
    assert complaint.case.number in page


def test_another_complaint_out_of_the_same_form_is_another_one(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    client.post(reverse("complaint_new"), TYPED | {"idempotency_key": "a"})
    client.post(reverse("complaint_new"), TYPED | {"idempotency_key": "b", "description": "电梯又停了"})
    client.post(reverse("complaint_new"), TYPED | {"idempotency_key": "c", "draft": "d-2"})
    assert Complaint.objects.count() == 3
