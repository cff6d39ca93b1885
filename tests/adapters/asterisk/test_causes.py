"""Causes to our words; each row of the tables is checked on the real PBX in `tests/real/test_carrier_answers.py`."""

import pytest

from busyhour.adapters.asterisk.causes import Q850, SIP, TIMER_EXPIRED, end_cause
from busyhour.core.model.values import EndCause as E


@pytest.mark.parametrize(
    ("cause", "status", "expected"),
    [
        (17, 486, E.BUSY),
        (17, 600, E.BUSY),
        (1, 404, E.INVALID_NUMBER),
        (28, 484, E.INVALID_NUMBER),
        (22, 410, E.INVALID_NUMBER),
        (34, 503, E.CONGESTION),
        (38, 500, E.CONGESTION),
        (21, 603, E.REJECTED),
        (21, 403, E.REJECTED),
        (19, 480, E.UNREACHABLE),
        (18, 408, E.NO_ANSWER),
        (0, 487, E.NO_ANSWER),
        (58, 488, E.FAILURE),
    ],
)
@pytest.mark.covers("WD-164", "WD-167", "WD-168", "WD-169", "WD-170", "AD-058", "AD-061")
def test_unanswered_calls_by_sip_status(cause: int, status: int, expected: E) -> None:
    assert end_cause(cause, status, answered=False) is expected


@pytest.mark.parametrize(
    ("cause", "expected"),
    [(17, E.BUSY), (1, E.INVALID_NUMBER), (19, E.NO_ANSWER), (3, E.UNREACHABLE), (34, E.CONGESTION), (0, E.NO_ANSWER)],
)
def test_unanswered_calls_by_cause_alone(cause: int, expected: E) -> None:
    """As an Asterisk older than 22 says it, and as the PBX's records do."""
    assert end_cause(cause, answered=False) is expected


def test_480_after_ringing_is_no_answer() -> None:
    assert end_cause(19, 480, answered=False, rang=True) is E.NO_ANSWER


@pytest.mark.parametrize("cause", [0, 16, 26, 31])
def test_a_talk_that_ended(cause: int) -> None:
    assert end_cause(cause, answered=True) is E.NORMAL


def test_the_absolute_limit() -> None:
    assert end_cause(TIMER_EXPIRED, answered=True) is E.TIMEOUT


@pytest.mark.parametrize("cause", [-1, 12, 128, 999])
def test_unknown_numbers_are_unknown(cause: int) -> None:
    assert end_cause(cause, answered=False) is E.UNKNOWN
    assert end_cause(cause, answered=True) is E.UNKNOWN
    assert end_cause(17, 699, answered=False) is E.UNKNOWN


def test_no_table_claims_what_only_a_restart_can() -> None:
    assert E.PBX_RESTART not in {*Q850.values(), *SIP.values()}


def test_a_provisional_answer_is_no_reason() -> None:
    assert end_cause(17, 183, answered=False) is E.BUSY
