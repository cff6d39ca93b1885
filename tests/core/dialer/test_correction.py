"""The percentage on the computed number of calls."""

import pytest

from busyhour.core.dialer.correction import corrected
from busyhour.core.dialer.pacing import PacingPicture, calls_to_start
from busyhour.core.model.campaign import Campaign, Pacing
from busyhour.core.model.values import DialMode


@pytest.mark.covers("MZ-209")
@pytest.mark.parametrize(("percent", "calls"), [(80, 10), (100, 8), (125, 6), (50, 16), (99.9, 8)])
def test_the_count_is_divided_by_it(percent: float, calls: int) -> None:
    assert corrected(8, sure=4, percent=percent, left=99) == calls


def test_it_goes_no_further_ahead_than_the_law_leaves_and_never_without_a_call_for_a_free_agent() -> None:
    assert corrected(8, sure=4, percent=50, left=6) == 10
    assert corrected(8, sure=4, percent=50, left=0) == 8, "what was computed stands"
    assert corrected(1, sure=1, percent=300, left=9) == 1
    assert corrected(4, sure=9, percent=200, left=9) == 4


def picture(percent: float, *, careful: str = "", left: int = 99, mode: DialMode = DialMode.RATIO) -> PacingPicture:
    pacing = Pacing(ratio=2.0, correction=percent)
    campaign = Campaign(campaign_id=1, name="x", dial_mode=mode, max_concurrent=100, pacing=pacing)
    counts = {"dialing": 3, "waiting": 1, "live": 4, "hopper": 99, "trunk_free": 99, "minute_left": 99, "planned": 0}
    return PacingPicture(campaign=campaign, agents_free=10, careful=careful, left=left, **counts)


@pytest.mark.covers("MZ-209")
def test_a_ratio_is_corrected_and_only_that() -> None:
    assert calls_to_start(picture(100)).start == 16
    assert calls_to_start(picture(80)).start == 21
    assert calls_to_start(picture(200)).start == 6
    assert "2 calls for each, corrected by 80 %" in str(calls_to_start(picture(80)))
    assert calls_to_start(picture(80, left=12)).start == 18
    assert calls_to_start(picture(80, careful="at the limit")).start == 6, "one call for each free agent"
    assert calls_to_start(picture(80, mode=DialMode.PROGRESSIVE)).start == 6
