"""Stories of what the world may do: no reply, late news, restarts."""

import pytest

from busyhour.core.commands import Command, FillHopper, PlaceCall
from busyhour.core.events import CallCommitted, ClockTicked, Event, HopperFilled, Instant, StoreBack, StoreLost
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.values import DialMode
from tests.core.story import NOON_UTC_S, Story, campaign, item


def test_no_reply_is_ambiguous_and_looked_for_never_failed() -> None:
    Story(show=("look", "close", "join")).working("ann").check("""
        1 fills 1
        1 commits c1
        6 no-reply c1
          > look c1
        6.1 rings c1
        9 answers c1
          > join c1 ann#1
    """)


def test_no_reply_and_no_trace_counts_as_an_attempt() -> None:
    Story(show=("close", "place")).working("ann").check("""
        1 fills 1
          > place c1
        1 commits c1
        6 no-reply c1
        6.1 missing c1 busy
          > close c1 BUSY 0
    """)


@pytest.mark.covers("WD-165")
def test_a_call_that_the_pbx_never_had_is_lost_not_unanswered() -> None:
    Story(show=("close",)).working("ann").check("""
        1 fills 1
        1 commits c1
        6 no-reply c1
        31 ticks
        33 missing c1
        36 ticks
        39 ticks
        42 ticks
        45 ticks
        48 ticks
        51 ticks
        54 ticks
        57 ticks
        60 missing c1
          > close c1 LOST 0
    """)


@pytest.mark.covers("I4")
def test_a_call_that_surely_was_not_sent_is_dialed_again_and_is_no_error() -> None:
    """The PBX was out of reach when the intent was committed: no rule has to ask for another attempt."""
    Story(show=("close", "run", "fill")).working("ann").check("""
        1 fills 1
          > run 1 running
        1 commits c1
        1 not-sent c1 not_sent
          > close c1 CANCELLED 0 again 60
        61 ticks
          > fill 1
    """)


def test_a_call_that_was_not_sent_did_not_ring_in_vain() -> None:
    """Its request waited for longer than the ring time, and then was too old to be sent (I29)."""
    Story(show=("close", "hang-up")).working("ann").check("""
        1 fills 1
        1 commits c1
        31 ticks
          > hang-up c1
        32 not-sent c1 not_sent
          > close c1 CANCELLED 0 again 60
    """)


@pytest.mark.covers("I17")
def test_hangup_heard_twice_closes_once() -> None:
    Story(show=("close",)).working("ann").check("""
        1 fills 1
        1 commits c1
        2 ends c1 busy
          > close c1 BUSY 0
        2 ends c1 busy
        3 answers c1
    """)


def test_answer_before_the_reply_to_our_request_is_taken() -> None:
    Story(show=("join", "close")).working("ann").check("""
        1 fills 1
        1 answers c1
          > join c1 ann#1
        1 commits c1
        1 sent c1
        1 rings c1
    """)


def test_an_answer_that_crosses_our_hang_up_is_hung_up_and_counted() -> None:
    Story(show=("hang-up", "join", "close")).working("ann").check("""
        1 fills 1
        1 commits c1
        31 ticks
          > hang-up c1
        31 answers c1
          > hang-up c1
        31.2 ends c1 normal
          > close c1 ABANDONED 0.2
    """)


def test_do_not_call_found_at_the_last_moment_closes_the_member_undialed() -> None:
    Story(show=("close-member", "close", "place", "run")).working("ann").check("""
        1 fills 1
          > run 1 running
          > place c1
        1 refuses c1 dnc
          > close-member 101 DNC
          > run 1 completed
    """)


def test_a_number_out_of_its_hours_goes_back_and_waits() -> None:
    Story(show=("return", "place", "fill")).working("ann").check("""
        1 fills 1
          > place c1
        1 refuses c1 out_of_hours_callee 3600
          > return 1
        3601 ticks
          > fill 1
    """)


@pytest.mark.covers("I16", "I25")
def test_a_restarted_pbx_ends_its_calls_and_frees_the_agents() -> None:
    Story(show=("close", "agent", "ring")).working("ann").check("""
        1 fills 1
        1 commits c1
        2 sent c1
        2 answers c1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        10 pbx-lost
        12 pbx-back two
          > close c1 HANDLED 10
          > agent ann acw
        42 ticks
          > agent ann not_ready phone
        43 phone ann
          > ring ann#2
    """)


@pytest.mark.covers("I8")
def test_a_trunk_never_starts_more_calls_a_second_than_it_may_however_time_is_rounded() -> None:
    """I8: x > y - 1 and x + 1 - y = 0 can both hold of floating-point numbers."""
    trunk = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=90, calls_per_s_max=3)
    for at_s in (1.9948195629497427, 1.027444857090819, 1.3800149219007116):
        story = Story(campaigns=[campaign(dial_mode=DialMode.AGENTLESS, max_concurrent=90)], trunk=trunk)
        story.check(f"""
            {at_s!r} fills 30
              > run 1 running
              > place c1
        """)
        later_s = at_s + 1.0
        assert at_s > later_s - 1.0
        placed_s = [at_s]
        while (due_s := story.floor.next_deadline_s()) is not None and due_s <= at_s + 5.0:
            commands = story.floor.handle(Instant(due_s, NOON_UTC_S + due_s), ClockTicked())
            placed_s += [due_s for command in commands if isinstance(command, PlaceCall)]
        assert all(first + 1.0 <= fourth for first, fourth in zip(placed_s, placed_s[3:], strict=False))
        assert 12 <= len(placed_s) <= 16, "evenly, and no slower than it may"


@pytest.mark.covers("I23")
def test_an_agent_who_is_offered_a_customer_too_late_is_let_go() -> None:
    """The customer had talked with ann, whose leg died; bob was chosen, and the wait was over before he was joined. The
    PBX may still join them: bob's next customer is not put into that leg (I23)."""
    story = Story(show=("join", "play", "agent", "close")).working("ann", "bob")
    story.check("""
        1 fills 1
        1 commits c1
        3 answers c1
          > join c1 ann#1
          > agent ann reserved
        3.1 joins c1 ann#1
          > agent ann on_contact
        8 leg-down ann#1
        12 leg-up ann#3
          > join c1 ann#3
        12.1 join-fails c1 ann#3
          > agent ann not_ready phone
          > join c1 bob#2
          > agent bob reserved
        12.2 ticks
          > play c1 farewell
          > agent bob not_ready phone
        20 ends c1 normal
          > close c1 HANDLED 17
    """)
    assert all(agent.call is None for agent in story.floor.agents.values())


@pytest.mark.covers("I44")
def test_the_late_answer_to_a_filling_that_was_asked_for_again_is_not_taken() -> None:
    """Its members went back with the second filling: their calls would be refused, and the run seem at its end."""
    story = Story().working("ann")

    def told(event: Event, at_s: float) -> list[Command]:
        return story.floor.handle(Instant(at_s, NOON_UTC_S + at_s), event)

    def filled(no: int) -> HopperFilled:
        return HopperFilled(run_id=1, items=(item(no),), fresh_left=False, next_due_utc_s=None, no=no)

    told(StoreLost(), 1.0)
    [again] = [command for command in told(StoreBack(), 2.0) if isinstance(command, FillHopper)]
    assert (again.no, again.held) == (2, ())  # nothing lies in the hopper
    assert not [command for command in told(filled(1), 2.1) if isinstance(command, PlaceCall)]
    [placed] = [command for command in told(filled(2), 2.2) if isinstance(command, PlaceCall)]
    assert placed.item == item(2)


def test_a_filling_that_is_asked_for_again_names_the_attempts_that_are_here() -> None:
    """Not their members: one that an agent dialed by hand meanwhile may have been taken for another attempt since, in
    the answer that was lost. Nobody has that one, and the store would keep the member for it for ever."""
    story = Story().working("ann")
    told, now_s = list[Command](), 0.0

    def tell(event: Event) -> None:
        nonlocal told, now_s
        now_s += 1.0
        told = story.floor.handle(Instant(now_s, NOON_UTC_S + now_s), event)

    tell(HopperFilled(run_id=1, items=(item(1), item(2)), fresh_left=True, next_due_utc_s=None, no=1))
    [placed] = [command for command in told if isinstance(command, PlaceCall)]
    tell(CallCommitted(call=placed.item.call))
    tell(StoreLost())
    tell(StoreBack())
    [again] = [command for command in told if isinstance(command, FillHopper)]
    assert placed.item == item(1)
    assert again.held == (item(2).call,)
