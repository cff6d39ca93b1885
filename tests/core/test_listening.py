"""The PBX listens who has answered, before an agent is taken: a person is joined, a machine is not."""

import msgspec
import pytest

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.dialer.compliance.budget import budget_of, rules_of
from busyhour.core.dialer.compliance.detector import UNTESTED, false_share
from busyhour.core.model.campaign import Campaign, DetectorTest, Machines, RetryRule
from busyhour.core.model.counts import Count
from busyhour.core.model.pictures import ChannelPicture, OpenCall, PbxPicture
from busyhour.core.model.values import DialMode, Heard, MachineAction, Outcome
from tests.core.story import NOON_UTC_S, Story, campaign, item, reckoned

SHOW = ("progress", "join", "play", "hang-up", "close", "look")
AGAIN = (RetryRule(outcome=Outcome.ANSWERING_MACHINE, max_attempts=3, delay_s=3600),)
DETECTS = Machines(detection=True)


def listens(machines: Machines = DETECTS, **changes: object) -> Campaign:
    return campaign(**{"machines": machines, "retry_rules": AGAIN, **changes})


def begun(machines: Machines = DETECTS, **changes: object) -> Story:
    story = Story(campaigns=[listens(machines, **changes)], show=SHOW).working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        2 sent c1
        3 rings c1
    """)
    return story


@pytest.mark.covers("U-23")
def test_a_person_is_joined_with_an_agent_as_soon_as_they_are_known_to_be_one() -> None:
    story = begun()
    story.check("""
        5 picks-up c1
          > progress c1
        5.9 answers c1 human 0.9
          > progress c1
          > join c1 ann#1
        6 joins c1 ann#1
          > progress c1 ann
        60 ends c1 normal
          > close c1 HANDLED 55
    """)
    assert story.floor.calls["c1-1"].heard is Heard.HUMAN


def test_a_machine_is_hung_up_on_and_called_again_by_its_own_rule() -> None:
    begun().check("""
        5 picks-up c1
          > progress c1
        6.2 answers c1 machine 1.2
          > progress c1
          > hang-up c1
        6.3 ends c1 normal
          > close c1 ANSWERING_MACHINE 1.3 again 3600
    """)


def test_a_machine_gets_the_message_that_is_there_for_it() -> None:
    story = begun(Machines(detection=True, action=MachineAction.MESSAGE, message_prompt="call-us"))
    story.check("""
        5 picks-up c1
          > progress c1
        6.2 answers c1 machine 1.2
          > progress c1
          > play c1 call-us
        20 prompt-ends c1 call-us
          > hang-up c1
        20 ends c1 normal
          > close c1 ANSWERING_MACHINE 15 again 3600
    """)


def test_who_is_not_surely_a_machine_is_a_person() -> None:
    begun().check("""
        5 picks-up c1
          > progress c1
        6.5 answers c1 unsure 1.5
          > progress c1
          > join c1 ann#1
    """)


def test_the_time_of_listening_is_part_of_the_wait_that_the_law_allows() -> None:
    """No agent is free: the message comes 2 s after the answer, not 2 s after the verdict."""
    story = begun()
    story.check("4 pauses ann lunch")
    story.check("""
        5 picks-up c1
          > progress c1
        6.5 answers c1 human 1.5
          > progress c1
        6.9 ticks
        7 ticks
          > play c1 farewell
        9 prompt-ends c1 farewell
          > hang-up c1
        9 ends c1 normal
          > close c1 ABANDONED 4
    """)


def test_who_hangs_up_while_they_are_listened_to_was_abandoned() -> None:
    begun().check("""
        5 picks-up c1
          > progress c1
        5.5 ends c1 normal
          > close c1 ABANDONED 0.5
    """)


def test_a_call_that_is_being_listened_to_is_not_given_up_for_ringing_too_long() -> None:
    begun().check("""
        30.9 picks-up c1
          > progress c1
        31.5 ticks
        32 answers c1 human 1.1
          > progress c1
          > join c1 ann#1
    """)


def test_a_verdict_that_is_lost_is_asked_for() -> None:
    begun().check("""
        5 picks-up c1
          > progress c1
        7.5 ticks
          > look c1
        10.5 ticks
          > look c1
    """)


def test_that_it_was_picked_up_may_be_lost_too_or_be_heard_twice() -> None:
    begun().check("""
        6 answers c1 machine 1
          > progress c1
          > hang-up c1
        6.1 picks-up c1
        6.2 answers c1 human 1.2
        6.3 ends c1 normal
          > close c1 ANSWERING_MACHINE 1.3 again 3600
    """)


def test_each_third_machine_is_given_to_a_free_agent_so_that_the_detector_can_be_tested() -> None:
    story = Story(campaigns=[listens(Machines(detection=True, check_every=3))], show=("join", "hang-up")).working("ann")
    joined = []
    for n in range(1, 4):
        at = 10 * n
        story.floor.handle(
            e.Instant(at, NOON_UTC_S + at),
            e.HopperFilled(run_id=1, items=(item(n),), fresh_left=True, next_due_utc_s=None),
        )
        name = f"c1-{n:x}"
        story.floor.handle(e.Instant(at, NOON_UTC_S + at), e.CallCommitted(call=name))
        done = story.floor.handle(
            e.Instant(at + 1, NOON_UTC_S + at + 1),
            e.CallAnswered(call=name, at_utc_s=NOON_UTC_S + at, heard=Heard.MACHINE),
        )
        joined.append(any(isinstance(one, c.Join) for one in done))
        story.floor.handle(
            e.Instant(at + 2, NOON_UTC_S + at + 2), e.CallEnded(call=name, cause="normal", at_utc_s=NOON_UTC_S + at + 2)
        )
    assert joined == [False, False, True]


def test_only_calls_without_an_agent_on_the_line_are_listened_to() -> None:
    story = Story(campaigns=[listens()]).working("ann")
    placed = [
        one
        for one in story.floor.handle(
            e.Instant(1.0, NOON_UTC_S + 1),
            e.HopperFilled(run_id=1, items=(item(1),), fresh_left=False, next_due_utc_s=None),
        )
        if isinstance(one, c.PlaceCall)
    ]
    assert placed[0].listen == DETECTS.listening
    plain = Story(campaigns=[campaign()]).working("ann")
    placed = [
        one
        for one in plain.floor.handle(
            e.Instant(1.0, NOON_UTC_S + 1),
            e.HopperFilled(run_id=1, items=(item(1),), fresh_left=False, next_due_utc_s=None),
        )
        if isinstance(one, c.PlaceCall)
    ]
    assert placed[0].listen is None


# Another engine takes over


def adopted(channel: ChannelPicture, *, heard: Heard | None = None, **changes: object) -> Story:
    stored = OpenCall(
        item=item(1),
        run_id=1,
        campaign_id=1,
        trunk_id=1,
        state="answered",
        intent_utc_s=NOON_UTC_S - 9,
        answered_utc_s=NOON_UTC_S - 0.5,
        heard=heard,
    )
    return Story(
        campaigns=[listens(**changes)],
        calls=[stored],
        pbx=PbxPicture(boot="one", channels=(channel,)),
        show=SHOW,
    )


def test_a_call_that_is_being_listened_to_is_taken_over_as_such() -> None:
    story = adopted(ChannelPicture(channel="c1-1", answered=True, in_app=False, listening=True))
    assert story.floor.calls["c1-1"].state == "listening"
    story.working("ann")
    story.check("""
        0.5 answers c1 human 1
          > progress c1
          > join c1 ann#1
    """)


def test_a_machine_that_the_engine_before_us_met_is_hung_up_on_by_us() -> None:
    story = adopted(ChannelPicture(channel="c1-1", answered=True, heard=Heard.MACHINE)).working("ann")
    assert "hang-up c1" in story.first
    story.check("""
        0.2 ends c1 normal
          > close c1 ANSWERING_MACHINE 0.7 again 3600
    """)


def test_a_machine_of_which_only_the_store_knows_is_closed_as_one() -> None:
    story = adopted(ChannelPicture(channel="c1-9", answered=True), heard=Heard.MACHINE)
    assert any(line.startswith("close c1 ANSWERING_MACHINE") for line in story.first)


# What counts


@pytest.mark.parametrize(("calls", "people", "share"), [(0, 0, UNTESTED), (100, 0, 0.0263), (200, 2, 0.0298)])
def test_a_small_test_proves_little(calls: int, people: int, share: float) -> None:
    assert false_share(DetectorTest(calls=calls, people=people)) == pytest.approx(share, abs=0.0001)


def test_until_the_detector_is_tested_all_its_machines_may_be_people_and_calls_wait_for_free_agents() -> None:
    story = Story(campaigns=[listens(dial_mode=DialMode.PREDICTIVE)])
    rules = rules_of(listens(dial_mode=DialMode.PREDICTIVE))
    count = Count(connected=400, detected=200)
    ask = next(
        one.ask
        for one in story.floor.handle(e.Instant(61.0, NOON_UTC_S + 61), e.ClockTicked())
        if isinstance(one, c.Reckon)
    )
    story.floor.handle(e.Instant(61.0, NOON_UTC_S + 61), reckoned(ask, NOON_UTC_S, count))
    untested = budget_of(rules, story.floor.ledgers[1], NOON_UTC_S + 62)
    assert untested.progressive
    tested = msgspec.structs.replace(rules, false_machines=false_share(DetectorTest(calls=5000, people=0)))
    budget = budget_of(tested, story.floor.ledgers[1], NOON_UTC_S + 62)
    assert not budget.progressive
    assert budget.standings[0].taken_for_machines == pytest.approx(200 * false_share(DetectorTest(calls=5000)))
