"""Rules read as sentences."""

import pytest
from django.utils import translation

from sla.models import PolicyVersion
from sla.states import Counting, Goal
from sla.vocabulary import event_words
from sla.wording import goal_words, length_words, rule_words
from tests.cast import Cast

LENGTHS = {
    0: "at once",
    1: "1 second",
    20: "20 seconds",
    600: "10 minutes",
    5400: "90 minutes",
    4 * 3600: "4 hours",
    86400: "1 day",
    72 * 3600: "3 days",
    90061: "90061 seconds",
}


@pytest.mark.parametrize(("seconds", "words"), LENGTHS.items())
def test_lengths_are_said_in_the_largest_whole_unit(seconds: int, words: str) -> None:
    with translation.override("en"):
        assert length_words(seconds) == words


@pytest.mark.req("SLA-1")
@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("ticket.respond", ["within 10 minutes", "when due: department head", "10 minutes after: supervisor"]),
        ("ticket.complete", ["within 3 days, urgent: 4 hours", "Rests from “The work waits” to “Went on”."]),
        ("ticket.arrive", ["by the time that was promised", "30 minutes before: handler"]),
        ("contact.wait", ["within 3 minutes, urgent: at once", "front desk, another colleague at the desk"]),
        ("ticket.feedback", ["within 1 day", "when 80 % of the time is over: handler"]),
    ],
)
def test_a_rule_says_what_starts_it_how_long_and_who_hears_of_it(cast: Cast, key: str, parts: list[str]) -> None:
    version = PolicyVersion.objects.in_force().select_related("policy").get(policy__key=key)
    with translation.override("en"):
        sentence = rule_words(version)
        names = [event_words(event) for event in (*version.starts, *version.stops)]
    for part in [*parts, *names]:
        assert part in sentence
    assert not any(event in sentence for event in (*version.starts, *version.stops)), "events are said in words"


@pytest.mark.req("SLA-1")
def test_every_default_rule_reads_without_a_gap(cast: Cast) -> None:
    with translation.override("en"):
        for version in PolicyVersion.objects.in_force().select_related("policy"):
            sentence = rule_words(version)
            assert sentence.startswith("From ")
            assert "  " not in sentence
            assert "%" not in sentence.replace(" % of", "")


@pytest.mark.req("SLA-5")
def test_a_rule_says_when_it_counts_working_time() -> None:
    goals = {
        "within 3 working days": PolicyVersion(goal=Goal.WORKING_DAYS, goal_days=3),
        "within 24 hours of working time": PolicyVersion(goal_seconds=86400, counts=Counting.WORKING),
        "within 1 day, urgent: 4 hours": PolicyVersion(goal_seconds=86400, goal_urgent_seconds=4 * 3600),
        "within 90 minutes of working time, urgent: at once": PolicyVersion(
            goal_seconds=5400, goal_urgent_seconds=0, counts=Counting.WORKING
        ),
    }
    with translation.override("en"):
        assert [goal_words(version) for version in goals.values()] == list(goals)
