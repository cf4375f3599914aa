"""What pages read of a case: its timeline in the reader's language, its photos, who sees which line."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Membership, User
from accounts.states import Role
from cases import registry
from cases.actions import NewCase, attach, open_case
from cases.models import Case
from cases.permissions import reads_all
from cases.queries import children, photos, timeline
from cases.registry import CaseKind, register
from cases.sentences import readable, sentence
from cases.states import Phase, PhotoLabel
from records.actions import store_bytes
from sla.actions import happen
from sla.queries import ladder
from tests.cast import NOON, Cast

KIND = "test_matter"


@pytest.fixture(autouse=True)
def _a_plain_kind() -> Iterator[None]:
    """A kind of its own, so that these reads are shown to work for any kind."""
    register(
        CaseKind(
            key=KIND,
            label="Matter",
            prefix="ZZ",
            states={"open": "Open", "closed": "Closed"},
            phases={"open": Phase.OPEN, "closed": Phase.CLOSED},
            transitions={},
            page="case",
            sentences={
                "test.sent": "sent %(who)s to come %(when)s",
                "test.named": "chose %(what)s",
                "test.plain": "said hello",
            },
            resident_sees=True,
        )
    )
    yield
    registry._KINDS.pop(KIND)


def matter(cast: Cast, **more: object) -> Case:
    unit = cast.units["3-2-1501"]
    new = NewCase(
        kind=KIND,
        state="open",
        project=cast.project,
        title="Something",
        unit=unit,
        household=cast.households["3-2-1501"],
        **more,  # type: ignore[arg-type]
    )
    return open_case(new=new, at=NOON, by=cast.frontdesk)


@pytest.fixture
def case(cast: Cast) -> Case:
    found = matter(cast)
    happen(case=found, kind="test.plain", at=NOON, by=cast.frontdesk, for_resident=True)
    return found


def test_values_in_two_languages_and_moments_are_rendered_for_the_reader() -> None:
    data = {"what": {"zh": "渗漏水", "en": "Leak"}, "when": {"at": "2026-11-23T06:30:00+00:00"}, "names": ["Li", "Wu"]}
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        said = readable(data)
        assert said["what"] == "Leak"
        assert "14:30" in said["when"]
        assert said["names"] == "Li, Wu"
    with translation.override("zh-hans"):
        assert readable(data)["what"] == "渗漏水"


def test_a_sentence_with_missing_data_leaves_a_dash() -> None:
    assert sentence("test.sent", {"who": "Wu"}) == "sent Wu to come —"


def test_an_event_without_a_sentence_says_its_name() -> None:
    assert sentence("something.unheard_of", {}) == "something.unheard_of"


def test_a_value_that_is_no_moment_is_shown_as_it_is() -> None:
    assert readable({"when": {"at": "soon"}})["when"] == "soon"


def test_newest_comes_first_with_who_and_what_was_typed(cast: Cast, case: Case) -> None:
    happen(case=case, kind="test.named", at=NOON + timedelta(hours=1), by=cast.head, data={"what": "A"}, text="Because")
    lines = timeline(case, cast.supervisor)
    assert [line.sentence for line in lines] == ["chose A", "said hello"]
    assert (lines[0].by, lines[0].text) == ("Head", "Because")


def test_a_phone_out_of_signal_names_its_own_moment(cast: Cast, case: Case) -> None:
    happen(case=case, kind="test.plain", at=NOON, by=cast.head, claimed_at=NOON - timedelta(minutes=90))
    with timezone.override("Asia/Shanghai"), translation.override("en"):
        assert "10:30" in timeline(case, cast.supervisor)[0].sentence


def test_residents_see_only_what_is_meant_for_them_and_staff_see_that_it_is_hidden(cast: Cast, case: Case) -> None:
    happen(case=case, kind="test.named", at=NOON, by=cast.head, data={"what": "A"})
    assert [line.sentence for line in timeline(case, cast.resident)] == ["said hello"]
    assert [line.hidden for line in timeline(case, cast.supervisor)] == [True, False]


def test_the_neighbour_and_another_project_see_nothing(cast: Cast, case: Case) -> None:
    assert timeline(case, cast.resident2) == []
    assert timeline(case, cast.frontdesk2) == []


def test_a_part_of_the_case_is_in_its_line_and_a_matter_of_its_own_is_not(cast: Cast, case: Case) -> None:
    child = matter(cast, parent=case)
    happen(case=child, kind="test.plain", at=NOON + timedelta(hours=1), by=cast.frontdesk)
    assert [line.number for line in timeline(case, cast.supervisor)] == [""]
    register(replace(registry.kind_of(KIND), part_of_parent=True))
    assert [line.number for line in timeline(case, cast.supervisor)] == [child.number, ""]
    assert children(case, cast.supervisor, KIND) == [child]
    assert children(case, cast.frontdesk2, KIND) == []


def test_photos_have_addresses_and_papers_for_the_house_stay_there(cast: Cast, case: Case) -> None:
    for name, kind, label, shown in (
        ("a.jpg", "image/jpeg", PhotoLabel.BEFORE, True),
        ("b.pdf", "application/pdf", PhotoLabel.PAPER, False),
    ):
        kept = store_bytes(content=b"x", name=name, content_type=kind, project=cast.project, by=None, at=NOON)
        attach(case=case, file=kept, label=label, by=cast.frontdesk, at=NOON, for_resident=shown)
    seen = photos(case, cast.supervisor)
    assert [photo.is_image for photo in seen] == [True, False]
    assert all(case.number in photo.url for photo in seen)
    assert [photo.label for photo in photos(case, cast.resident)] == [PhotoLabel.BEFORE]
    assert [photo.label for photo in photos(case, cast.supervisor, [PhotoLabel.PAPER])] == [PhotoLabel.PAPER]


@pytest.mark.parametrize("count", [1, 3])
def test_reads_cost_the_same_however_much_happened(cast: Cast, case: Case, count: int) -> None:
    for _ in range(count):
        happen(case=case, kind="test.plain", at=NOON, by=cast.frontdesk)
    reader = type(cast.supervisor).objects.get(pk=cast.supervisor.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        timeline(case, reader)
        photos(case, reader)
        ladder(case, reader)
    assert len(asked) == 4  # memberships once, then one each


@pytest.mark.req("SEC-1")
def test_a_guard_reads_of_the_own_home_what_any_resident_does(cast: Cast, case: Case) -> None:
    """Who works in one project and lives in another is a resident there, whatever the badge says elsewhere."""
    neighbour = cast.resident
    Membership.objects.create(user=neighbour, role=Role.GUARD, project=cast.other_project)
    happen(case=case, kind="test.named", at=NOON, by=cast.head, data={"what": "A"})
    kept = store_bytes(content=b"x", name="b.pdf", content_type="x/y", project=cast.project, by=None, at=NOON)
    attach(case=case, file=kept, label=PhotoLabel.PAPER, by=cast.frontdesk, at=NOON, for_resident=False)
    both = User.objects.get(pk=neighbour.pk)
    assert both.is_office
    assert [line.sentence for line in timeline(case, both)] == ["said hello"]
    assert photos(case, both) == []
    assert not reads_all(both, case)
    Membership.objects.create(user=neighbour, role=Role.SUPERVISOR, project=cast.project)
    boss = User.objects.get(pk=neighbour.pk)
    assert len(timeline(case, boss)) == 2
    assert reads_all(boss, case)
