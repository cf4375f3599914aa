"""Two windows of a clerk in two projects: what the first one's scripts ask and send stays in its own project."""

from urllib.parse import urljoin

import pytest
from playwright.sync_api import FilePayload, expect

from accounts.models import Membership
from accounts.states import Role
from records.models import Draft, StoredFile
from tests.browser.conftest import Opener
from tests.cast import Cast, make_home
from tests.reception.desk import ROOM, findable
from tests.records.pictures import photo

pytestmark = pytest.mark.browser


def sent(name: str) -> FilePayload:
    """A small photo, as the file field takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(32, 32)}


@pytest.mark.req("DSK-2", "REP-1")
def test_rooms_photos_and_the_draft_are_those_of_the_window(stage: Cast, open_as: Opener) -> None:
    Membership.objects.create(user=stage.frontdesk, role=Role.FRONTDESK, project=stage.other_project)
    make_home(stage.other_project, ROOM, "别处的人", "13700001111")
    findable(stage)
    page = open_as(stage.frontdesk, "/intake/")
    other = page.context.new_page()
    other.goto(urljoin(page.url, f"/units/demo2/{ROOM}/"))
    page.bring_to_front()
    page.locator("#id_unit").press_sequentially("1501")
    expect(page.locator("#id_unit_list")).to_contain_text("张小明")
    expect(page.locator("#id_unit_list")).not_to_contain_text("别处的人")
    page.fill("#id_description", "厨房水管漏水")
    page.locator("details.more-fields", has=page.locator("photo-input")).locator("summary").click()
    page.set_input_files("photo-input input[type=file]", [sent(f"{n}.jpg") for n in range(13)])
    expect(page.locator("photo-input [data-stage=sent]")).to_have_count(12)
    expect(page.locator(".photo-full")).to_be_visible()
    expect(page.locator("photo-input input[type=file]")).to_be_disabled()
    expect(page.locator("[data-draft-words]")).not_to_be_empty()
    assert {one.project for one in StoredFile.objects.all()} == {stage.project}
    assert Draft.objects.get().project == stage.project
    page.locator("photo-input [data-drop]").first.click()
    expect(page.locator("photo-input input[type=file]")).to_be_enabled()


@pytest.mark.req("DSK-4")
def test_who_joins_the_line_wrongly_is_asked_again_over_the_page(stage: Cast, open_as: Opener) -> None:
    page = open_as(stage.frontdesk, "/desk/#join")
    page.fill("#join #id_unit", "9-9-9")
    page.locator("#join").get_by_role("button").last.click()
    expect(page.locator("#join:modal")).to_be_visible()
    expect(page.locator("#join #id_unit")).to_have_value("9-9-9")
    page.keyboard.press("Escape")
    expect(page.locator("#join")).to_be_hidden()
