"""Caps on where the calls of a run go: so many at once to each prefix, so many within a minute."""

import pytest

from busyhour.core import events as e
from busyhour.core.dialer.destinations import destination_of
from busyhour.core.model.campaign import Campaign, Destination
from busyhour.core.model.pictures import AgentProfile, HopperItem, RunPicture
from busyhour.core.model.values import DialMode
from tests.core.story import NAMES, Story, campaign, item

ITALY, ROME = Destination(prefix="+39", calls_max=2), Destination(prefix="+3906", calls_max=1)


def test_the_longest_prefix_decides() -> None:
    assert destination_of("+390612345", (ITALY, ROME)) is ROME
    assert destination_of("+390212345", (ROME, ITALY)) is ITALY
    assert destination_of("+4930123", (ITALY, ROME)) is None


def message(*destinations: Destination, **changes: object) -> Campaign:
    return campaign(**{"dial_mode": DialMode.AGENTLESS, "destinations": destinations, "max_concurrent": 9} | changes)


class To(Story):
    """A story whose contacts have the numbers that are given."""

    def fill(self, at_s: float, *numbers: str, more: bool = False) -> list[str]:
        first, self.items = self.items + 1, self.items + len(numbers)
        items = tuple(self._item(n, number) for n, number in enumerate(numbers, first))
        return self._handle(at_s, e.HopperFilled(run_id=1, items=items, fresh_left=more, next_due_utc_s=None))

    def _item(self, n: int, number: str) -> HopperItem:
        plain = item(n)
        return HopperItem(
            call=plain.call, member_id=n, contact_id=n, list_id=1, attempt_no=1, number=number, contact_name=""
        )


def story(settings: Campaign, *show: str) -> To:
    return To(campaigns=[settings], show=show or ("place",))


@pytest.mark.covers("I8", "U-29")
def test_calls_up_to_a_destination_are_capped_and_the_others_pass_by() -> None:
    told = story(message(ITALY, ROME))
    rome, milan, berlin = "+39061", "+39021", "+49301"
    assert told.fill(1, rome, rome + "1", milan, milan + "1", milan + "2", berlin) == [
        "place c1",
        "place c3",
        "place c4",
        "place c6",
    ]
    assert "calls to each destination" in str(told.floor.runs[1].why)
    told.check("""
        1 commits c1
        1 commits c3
        2 ends c1 busy
          > place c2
        3 ends c3 busy
          > place c5
    """)


@pytest.mark.covers("I8")
def test_calls_begun_to_a_destination_within_a_minute_are_capped() -> None:
    told = story(message(Destination(prefix="+39", per_minute_max=2)))
    assert told.fill(1, "+39021", "+39022", "+39023", "+49301") == ["place c1", "place c2", "place c4"]
    told.check("""
        1 commits c1
        2 ends c1 busy
        60.5 ticks
        61 ticks
          > place c3
    """)


def test_a_hopper_full_of_numbers_that_have_to_wait_makes_room_for_others() -> None:
    told = story(message(Destination(prefix="+39", calls_max=1)), "place", "return", "fill")
    milan = [f"+39020{n:03d}" for n in range(20)]
    assert told.fill(1, *milan, more=True) == ["place c1", "return 19", "fill 1"]
    assert told.fill(2, *milan[1:], "+49301", more=True) == ["place c40"]
    told.check("3 ticks")
    assert told.fill(40, more=True)[:2] == ["return 19", "fill 1"], "again only a while later"


def test_an_agent_gets_a_number_that_may_be_dialed_and_hears_why_another_may_not() -> None:
    agents = [AgentProfile(agent_id=n, name=name, may_dial=True) for n, name in enumerate(NAMES[:2], 1)]
    settings = message(Destination(prefix="+39", calls_max=1), dial_mode=DialMode.PREVIEW)
    told = To(campaigns=[settings], agents=agents, show=("reserve", "place", "refused", "ok")).working("ann", "bob")
    assert told.fill(1, "+39021", "+39022", "+49301") == ["reserve c1 ann", "reserve c2 bob"]
    told.check("""
        2 dials ann c1
          > place c1
        2 commits c1
          > ok
        3 dials bob c2
          > refused no_line
    """)


def test_settings_that_change_count_what_is_up_anew() -> None:
    told = story(message())
    told.fill(1, "+39021", "+39022")
    told.check("1 commits c1\n 1 commits c2")
    told._handle(2, e.CampaignChanged(campaign=message(ITALY)))
    assert told.floor.runs[1].bounds.to["+39"].up == 2
    assert told.fill(3, "+39023", "+49301") == ["place c4"]
    told.check("4 ends c1 busy\n > place c3\n 5 ends c2 busy")
    assert told.floor.runs[1].bounds.to["+39"].up == 1


@pytest.mark.covers("I8")
def test_a_new_engine_takes_the_calls_of_the_last_minute_to_have_gone_there() -> None:
    settings = message(Destination(prefix="+39", per_minute_max=2))
    told = story(message(idle_on_termination=True))
    run = RunPicture(run_id=2, campaign=settings, state="running", started_utc_s=0.0, placed_last_minute=1)
    told._handle(1, e.RunStarted(run=run))
    items = tuple(told._item(n, f"+3902{n}") for n in (1, 2))
    assert told._handle(2, e.HopperFilled(run_id=2, items=items, fresh_left=False, next_due_utc_s=None)) == ["place c1"]
