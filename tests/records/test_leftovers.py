"""What a request that came to nothing had put on the disk is gone with it."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from django.test import Client

from accounts.models import User
from core.errors import Invalid
from records.actions import store_bytes, store_image
from records.drafts import KEPT_FOR
from records.leftovers import UNUSED_FOR, YOUNG, forget_unused, none_left, sweep
from records.models import StoredFile
from records.tasks import clear_leftovers
from tests.cast import NOON, Cast
from tests.records.pictures import photo, upload
from tickets.models import Ticket

SignIn = Callable[[User], Client]


def on_disk() -> set[str]:
    """The files as the file system has them."""
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def keep(cast: Cast) -> StoredFile:
    return store_image(upload=upload(photo(32, 32)), project=cast.project, by=cast.frontdesk, at=NOON)


def wanted(*files: bytes) -> dict[str, object]:
    """A repair with pictures, as a browser without scripts sends it."""
    given = [upload(content, "photo.jpg") for content in files]
    who = {"unit": "3-2-1501", "contact_name": "张", "contact_phone": "13812341234"}
    return who | {"description": "灯不亮", "photos": given, "idempotency_key": "k"}


def test_a_matter_refused_for_its_second_picture_leaves_the_first_nowhere(
    real_transactions: None, cast: Cast, signed_in: SignIn
) -> None:
    desk = signed_in(cast.frontdesk)
    refused = desk.post("/intake/", wanted(photo(32, 32), b"no picture"))
    assert refused.status_code == 422
    assert on_disk() == set()
    assert not Ticket.objects.exists()
    assert desk.post("/intake/", wanted(photo(32, 32), photo(48, 48))).status_code == 302
    assert on_disk() == set(StoredFile.objects.values_list("file", flat=True))
    assert len(on_disk()) == 2


@transaction.atomic
def keep_and_fail(cast: Cast) -> None:
    keep(cast)
    with transaction.atomic():
        keep(cast)
    raise Invalid("no")


def test_what_is_rolled_back_is_gone_and_what_stands_stays(real_transactions: None, cast: Cast) -> None:
    with none_left():
        stands = keep(cast)
        with pytest.raises(Invalid):
            keep_and_fail(cast)
        with transaction.atomic():
            in_the_end = keep(cast)
            with pytest.raises(Invalid):
                keep_and_fail(cast)
        assert len(on_disk()) == 6
    assert on_disk() == {stands.file.name, in_the_end.file.name}


@none_left()
def breaks(cast: Cast) -> None:
    keep_and_fail(cast)


def test_a_failure_that_nobody_caught_takes_its_files_along(real_transactions: None, cast: Cast) -> None:
    with pytest.raises(Invalid):
        breaks(cast)
    assert on_disk() == set()


@none_left()
@transaction.atomic
def loses_the_database(cast: Cast) -> None:
    keep(cast)
    connection.connection.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory ends with its connection")
def test_where_the_connection_broke_the_file_waits_for_certainty(real_transactions: None, cast: Cast) -> None:
    with pytest.raises(Error):
        loses_the_database(cast)
    connection.close()
    assert len(on_disk()) == 1


def test_the_sweep_takes_what_a_killed_process_left_and_nothing_else(cast: Cast) -> None:
    kept, lost = keep(cast), keep(cast)
    StoredFile.objects.filter(pk=lost.pk).delete()
    written = Path(lost.file.path).stat().st_mtime
    at = kept.uploaded_at.fromtimestamp(written, tz=NOON.tzinfo)
    assert sweep(at + YOUNG - timedelta(minutes=1)) == 0, "its row may still be on its way"
    assert sweep(at + YOUNG + timedelta(minutes=1)) == 1
    assert on_disk() == {kept.file.name}


def test_the_sweep_of_the_first_of_march_looks_at_february(cast: Cast) -> None:
    root = Path(settings.MEDIA_ROOT)
    march = NOON.replace(year=2026, month=3, day=1, hour=0)
    for folder, name in (("2026/02", "a.jpg"), ("2026/03", "b.jpg"), ("2025/11", "c.jpg")):
        (root / folder).mkdir(parents=True)
        (root / folder / name).write_bytes(b"x")
        os.utime(root / folder / name, (0, 0))
    assert sweep(march) == 2
    assert on_disk() == {"2025/11/c.jpg"}


# --- pictures that nothing came of -----------------------------------------------------------------------------------
def test_a_picture_sent_ahead_of_a_form_that_was_never_sent_goes_after_a_day(cast: Cast) -> None:
    picture = keep(cast)
    assert forget_unused(NOON + UNUSED_FOR) == 0, "somebody may still be typing"
    assert on_disk() == {picture.file.name}
    assert forget_unused(NOON + UNUSED_FOR + timedelta(seconds=1)) == 1
    assert on_disk() == set()
    assert not StoredFile.objects.exists()
    assert UNUSED_FOR > KEPT_FOR, "a draft that is brought back finds its picture"


def test_a_picture_that_hangs_on_a_ticket_stays_and_so_does_what_is_no_picture(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    sent = client.post("/intake/photos/", {"file": upload(photo(32, 32), "photo.jpg")}).json()["id"]
    alone = client.post("/intake/photos/", {"file": upload(photo(32, 32), "photo.jpg")}).json()["id"]
    body = {"unit": "3-2-1501", "description": "灯不亮", "photos": [sent], "idempotency_key": "k"}
    assert client.post("/intake/", body).status_code == 302
    paper = store_bytes(
        content=b"%PDF", name="form.pdf", content_type="application/pdf", project=cast.project, by=None, at=NOON
    )
    late = StoredFile.objects.latest("uploaded_at").uploaded_at + 2 * UNUSED_FOR
    assert forget_unused(late) == 1
    assert set(StoredFile.objects.values_list("token", flat=True)) == {sent, paper.token}
    assert not StoredFile.objects.filter(token=alone).exists()
    assert len(on_disk()) == 2


def test_the_hourly_task_takes_them_along(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(cast)
    monkeypatch.setattr("records.tasks.timezone.now", lambda: NOON + 2 * UNUSED_FOR)
    clear_leftovers()
    assert not StoredFile.objects.exists()
