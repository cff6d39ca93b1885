"""Bad results: too few answers, too many short calls."""

import pytest

from busyhour.core.dialer.watch import Result, fault_of, is_on
from busyhour.core.model.campaign import Watch

NONE, LONG, SHORT = Result(False), Result(True), Result(True, True)
OFTEN = Watch(attempts=20, answered_min=0.25)
LASTS = Watch(attempts=20, short_max=0.5, short_s=5.0)


@pytest.mark.covers("MZ-099")
@pytest.mark.parametrize(
    ("watch", "results", "fault"),
    [
        (OFTEN, [NONE] * 15 + [LONG] * 5, ""),
        (OFTEN, [NONE] * 16 + [LONG] * 4, "20 % of the last 20 attempts were answered, less than 25 %"),
        (OFTEN, [NONE] * 19, ""),
        (OFTEN, [SHORT] * 20, ""),
        (LASTS, [NONE] * 10 + [LONG] * 5 + [SHORT] * 5, ""),
        (LASTS, [NONE] * 11 + [SHORT] * 9, ""),
        (
            LASTS,
            [NONE] * 10 + [LONG] * 4 + [SHORT] * 6,
            "60 % of the 10 answered among the last 20 attempts were over within 5 s, more than 50 %",
        ),
    ],
)
def test_the_share_among_the_last_attempts_decides(watch: Watch, results: list[Result], fault: str) -> None:
    assert fault_of(watch, results) == fault


def test_it_is_off_until_a_threshold_is_set() -> None:
    assert not is_on(Watch())
    assert fault_of(Watch(attempts=5), [NONE] * 5) == fault_of(Watch(attempts=5), [SHORT] * 5) == ""
    assert is_on(OFTEN)
    assert is_on(LASTS)
