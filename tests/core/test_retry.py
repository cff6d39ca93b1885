"""Retry rules, one line a case: rules | outcome attempt [disposition] -> delay, or never."""

import pytest

from busyhour.core.dialer.retry import next_attempt
from busyhour.core.model.campaign import RetryRule
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Outcome, RetryCount, RetryMode
from tests.core.story import campaign, item


def rule(text: str) -> RetryRule:
    """`BUSY[/disposition] max delay [multi]`."""
    what, most, delay, *mode = text.split()
    outcome, _, disposition = what.partition("/")
    return RetryRule(
        outcome=Outcome(outcome),
        disposition=disposition or None,
        max_attempts=int(most),
        delay_s=int(delay),
        mode=RetryMode(mode[0]) if mode else RetryMode.FIXED,
    )


def delay(rules: str, made: str, *, count: RetryCount = RetryCount.TOTAL, earlier: dict[str, int] | None = None) -> str:
    what, attempt_no = made.split()
    outcome, _, disposition = what.partition("/")
    usual = item(1, attempt_no=int(attempt_no))
    dialed = HopperItem(
        call=usual.call,
        member_id=1,
        contact_id=1,
        list_id=1,
        attempt_no=int(attempt_no),
        number=usual.number,
        earlier=earlier or {},
    )
    retry = next_attempt(
        campaign(retry_rules=tuple(rule(text) for text in rules.split(";")), retry_count=count),
        dialed,
        outcome=Outcome(outcome),
        disposition=disposition or None,
        ended_utc_s=1000.0,
    )
    return "never" if retry.due_utc_s is None else f"{retry.due_utc_s - 1000:g}"


@pytest.mark.covers("WD-124", "WD-125")
def test_a_fixed_delay_stays_and_a_multiplied_one_grows() -> None:
    assert [delay("BUSY 9 300", f"BUSY {n}") for n in (1, 2, 3)] == ["300", "300", "300"]
    assert [delay("BUSY 9 300 multi", f"BUSY {n}") for n in (1, 2, 3)] == ["300", "600", "900"]


@pytest.mark.covers("WD-126", "WD-128", "U-33")
def test_the_first_rule_that_fits_decides() -> None:
    rules = "BUSY 2 300;BUSY 5 1800"
    assert [delay(rules, f"BUSY {n}") for n in range(1, 7)] == ["300", "300", "1800", "1800", "1800", "never"]
    assert delay("BUSY 5 1800;BUSY 2 300", "BUSY 1") == "1800", "their order decides"


@pytest.mark.covers("WD-127", "DEC-1")
def test_the_limit_counts_all_attempts_whatever_they_ended_with() -> None:
    rules = "BUSY 3 300;NO_ANSWER 1 600"
    assert delay(rules, "BUSY 1") == "300"
    assert delay(rules, "NO_ANSWER 2", earlier={"BUSY": 1}) == "never"


@pytest.mark.covers("DEC-1")
def test_a_campaign_may_count_each_outcome_by_itself() -> None:
    rules = "BUSY 3 300;NO_ANSWER 1 600"
    by_outcome = RetryCount.OUTCOME
    assert delay(rules, "NO_ANSWER 2", count=by_outcome, earlier={"BUSY": 1}) == "600"
    assert delay(rules, "NO_ANSWER 3", count=by_outcome, earlier={"BUSY": 1, "NO_ANSWER": 1}) == "never"


@pytest.mark.covers("WD-129")
def test_a_rule_with_a_disposition_fits_only_calls_that_have_it() -> None:
    rules = "HANDLED/later 3 60"
    assert delay(rules, "HANDLED/later 1") == "60"
    assert delay(rules, "HANDLED 1") == "never"
    assert delay("HANDLED 3 60", "HANDLED/sale 1") == "never"


@pytest.mark.covers("WD-130")
def test_without_a_rule_the_attempt_was_the_last() -> None:
    assert delay("BUSY 3 60", "CONGESTION 1") == "never"


@pytest.mark.covers("WD-133")
def test_a_limit_of_two_gives_three_calls_in_all() -> None:
    assert [delay("CONGESTION 2 120", f"CONGESTION {n}") for n in (1, 2, 3)] == ["120", "120", "never"]
