"""Stories of callers who are called back, sent on, given to agents by other programs, or lose their agent."""

import pytest
from msgspec.structs import replace

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.events import AssignAsked, QueueRemoved, SendOnAsked
from busyhour.core.floor.machine import Floor
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import CallbackRule, Destination, DestinationKind, SkillNeed
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy
from busyhour.core.model.values import DialMode
from tests.core.inbound import number, people, queue, story
from tests.core.story import ONE_TRUNK, Story, campaign


@pytest.mark.covers("I22")
def test_a_callback_keeps_the_place_and_is_dialed_once_with_the_agent_on_the_line() -> None:
    one = story(queue(callback_key="1"), show=("callback", "call-back", "close", "entry", "join", "play"))
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
            > entry i1 queued
        5 presses i1 1
            > entry i1 left
            > callback i1 waiting
            > entry k:i1 promised
            > play i1 farewell
        8 prompt-ends i1 farewell
        8.1 ends i1 normal
            > close i1 CALLED_BACK 0 waited 4
        9 arrives i2 5551 +492
        9 answers i2
            > entry i2 queued
    """)
    one.working("ann")
    [call] = [name for name in one.floor.callers if name.startswith("b")]
    word = f"b{call.split('-')[2]}"
    one.check(f"""
        10 commits {word}
        10 sent {word}
        12 rings {word}
        15 answers {word}
            > callback i1 done
            > entry k:i1 left
            > join {word} ann#1
        15.1 joins {word} ann#1
        75 ends {word} normal
            > close {word} HANDLED 59.9 waited 0
        76 wraps-up ann
            > entry i2 offered
            > join i2 ann#1
    """)


def test_a_callback_without_an_agent_on_the_line_has_its_place_before_who_came_later() -> None:
    rule = CallbackRule(agent_first=False)
    one = story(
        queue(callback_key="1", callback=rule), show=("callback", "call-back", "entry", "join", "hold", "agent")
    )
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
            > entry i1 queued
            > hold i1
        5 presses i1 1
            > entry i1 left
            > callback i1 waiting
            > entry k:i1 promised
        8.1 ends i1 normal
    """)
    one.working("ann")
    [call] = [name for name in one.floor.callers if name.startswith("b")]
    word = f"b{call.split('-')[2]}"
    assert one.floor.agents[1].state == "available", "nobody waits for the number to ring"
    one.check(f"""
        9 commits {word}
        9 sent {word}
        9.5 arrives i2 5551 +492
        9.5 answers i2
            > entry i2 queued
            > hold i2
            > entry i2 offered
            > join i2 ann#1
            > agent ann reserved
        9.6 joins i2 ann#1
            > entry i2 served
            > agent ann on_contact
        10 arrives i3 5551 +493
        10 answers i3
            > entry i3 queued
            > hold i3
        12 answers {word}
            > callback i1 done
            > entry k:i1 left
            > entry {word} queued
            > hold {word}
        20 ends i2 normal
            > agent ann acw
        21 wraps-up ann
            > agent ann available
            > entry {word} offered
            > join {word} ann#1
            > agent ann reserved
    """)


@pytest.mark.covers("I38")
def test_who_cancels_a_callback_is_kept_with_it() -> None:
    """Once: a promise that is over already is not canceled again."""
    story(queue(callback_key="1"), show=("callback", "ok")).check("""
        1 arrives i1 5551 +4930123
        1 answers i1
        9 asks-callback i1
            > callback i1 waiting
            > ok
        20 cancels-callback i1 bo
            > callback i1 given_up, audited: by 7 at 10.0.0.7
            > ok
        21 cancels-callback i1 cy
            > ok
    """)


@pytest.mark.covers("MZ-043", "I22")
def test_who_is_not_reached_is_tried_again_by_the_rule_and_not_for_ever() -> None:
    one = story(queue(callback_key="1"), show=("callback", "close")).check("""
        1 arrives i1 5551 +491
        1 answers i1
        5 presses i1 1
            > callback i1 waiting
        8.1 ends i1 normal
            > close i1 CALLED_BACK 0 waited 4
    """)
    one.working("ann")
    for round_ in range(3):
        at = 10 + 400 * round_
        if round_:
            one._handle(at, one._event(at, "ticks", []))
        [call] = [name for name in one.floor.callers if name.startswith("b")]
        for verb, words in (("commits", []), ("sent", []), ("ends", ["busy"])):
            one._handle(at, one._event(at, verb, [f"b{call.split('-')[2]}", *words]))
    assert not one.floor.entries.promises.callbacks, "three attempts, then it is given up"
    assert not one.floor.entries.entries
    assert one.floor.agents[1].state == "available"


def test_a_callback_that_may_not_be_dialed_is_put_off_and_the_agent_is_free() -> None:
    one = story(queue(callback_key="1"), show=("callback", "agent")).check("""
        1 arrives i1 5551 +491
        1 answers i1
        5 presses i1 1
            > callback i1 waiting
        8.1 ends i1 normal
    """)
    one.working("ann")
    [call] = [name for name in one.floor.callers if name.startswith("b")]
    word = f"b{call.split('-')[2]}"
    one.check(f"""
        10 refuses {word} out_of_hours_callee 3600
            > callback i1 put_off
            > agent ann available
    """)


def test_when_the_agent_is_lost_for_good_the_caller_gets_another_one() -> None:
    one = story(show=("hold", "join", "close", "play")).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
            > hold i1
            > join i1 ann#1
        1.1 joins i1 ann#1
        30 leg-down ann#1
            > hold i1
        55 ticks
            > hold i1
            > hold i1
            > join i1 bob#2
        55.1 joins i1 bob#2
        70 ends i1 normal
            > close i1 HANDLED 43.8 waited 0.2
    """)


def test_an_agent_sends_the_caller_to_another_queue_and_is_free_for_wrap_up() -> None:
    second = queue(queue_id=2, name="Second", skills=(SkillNeed("other"),))
    bob = AgentProfile(agent_id=2, name="bob", skills={"other": 1})
    one = story(queue(), second, agents=[*people("ann"), bob], show=("ok", "refused", "hold", "join", "agent", "close"))
    one.working("ann", "bob").check("""
        1 arrives i1 5551 +1
        1 answers i1
            > hold i1
            > join i1 ann#1
            > agent ann reserved
        2 joins i1 ann#1
            > agent ann on_contact
        30 sends-on ann queue 9
            > refused not_possible
        31 sends-on ann queue 2
            > hold i1
            > ok
            > hold i1
            > agent ann acw
            > join i1 bob#2
            > agent bob reserved
        32 joins i1 bob#2
            > agent bob on_contact
        40 wraps-up ann
            > ok
            > agent ann available
        50 ends i1 normal
            > close i1 HANDLED 47 waited 2
            > agent bob acw
    """)
    first, second_counts = (sum(q.answered for q in one.floor.entries.counts[n].values()) for n in (1, 2))
    assert (first, second_counts) == (1, 1), "each queue has answered one"


def test_a_recording_is_of_the_queue_in_which_the_talk_was(monkeypatch: pytest.MonkeyPatch) -> None:
    second = queue(queue_id=2, name="Second", skills=(SkillNeed("other"),), recording=RecordingPolicy.ALWAYS)
    bob = AgentProfile(agent_id=2, name="bob", skills={"other": 1})
    one = story(queue(recording=RecordingPolicy.ALWAYS), second, agents=[*people("ann"), bob], show=("nothing",))
    one.working("ann", "bob")
    handle, kept = Floor.handle, list[RecordingPicture]()

    def watched(floor: Floor, now: e.Instant, event: e.Event) -> list[c.Command]:
        commands = handle(floor, now, event)
        kept.extend(command.recording for command in commands if isinstance(command, c.SaveRecording))
        return commands

    monkeypatch.setattr(Floor, "handle", watched)
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 joins i1 ann#1
        3 records i1
        31 sends-on ann queue 2
        32 joins i1 bob#2
        33 records-no-more i1
        34 records i1
        50 ends i1 normal
    """)
    ended = [(picture.agent_id, picture.queue_id) for picture in kept if picture.ended_utc_s is not None]
    assert ended == [(1, 1), (2, 2)], "although the first one ends when the caller is in the second queue already"


@pytest.mark.covers("OC-090", "OC-091")
def test_another_program_gives_a_waiting_call_to_an_agent() -> None:
    external = queue(dispatch="external")
    story(external, show=("ok", "refused", "join")).working("ann").check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 assigned i1 bob
            > refused agent_logged_off
        3 assigned i1 ann
            > join i1 ann#1
            > ok
        4 assigned i1 ann
            > refused call_unknown
    """)


@pytest.mark.covers("OC-090", "I22")
def test_another_program_gives_a_promise_to_an_agent() -> None:
    """Otherwise nobody would ever call them back: such a queue gives nothing to agents by itself."""
    called_back = queue(dispatch="external", callback_key="1", trunk_ids=(1,))
    one = story(called_back, show=("call-back", "ok", "refused", "callback")).working("ann")
    one.check("""
        1 arrives i1 5551 +4930123
        1 answers i1
        2 presses i1 1
            > callback i1 waiting
        3 ends i1 normal
    """)
    told = one._handle(4.0, AssignAsked(call="k-i1-1", agent_id=1, request="r"))
    assert told == ["callback i1 dialing", "call-back b2 +4930123", "ok"]


def test_a_queue_that_is_removed_says_farewell_to_those_who_wait() -> None:
    one = story().check("""
        1 arrives i1 5551 +1
            > answer i1
        1 answers i1
            > entry i1 queued
            > hold i1
    """)
    assert one._handle(2.0, QueueRemoved(queue_id=1)) == ["entry i1 left", "play i1 farewell"]
    assert 1 not in one.floor.entries.routing.queues


def test_the_note_of_who_sent_a_caller_on_stays_when_the_next_agent_adds_none() -> None:
    second = queue(queue_id=2, name="Second", skills=(SkillNeed("other"),))
    bob = AgentProfile(agent_id=2, name="bob", skills={"other": 1})
    one = story(queue(), second, agents=[*people("ann"), bob], show=("ok",)).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +1
        1 answers i1
        2 joins i1 ann#1
    """)
    destination = Destination(DestinationKind.QUEUE, "2")
    one._handle(3.0, SendOnAsked(agent_id=1, destination=destination, note="wants a refund", request="r"))
    one.check("""
        4 joins i1 bob#2
        5 says bob i1 refunded
            > ok
    """)
    assert one.floor.callers["i1-1"].note == "wants a refund"


@pytest.mark.covers("I8")
def test_callers_who_are_sent_outside_keep_to_the_trunks_calls_per_second() -> None:
    slow = replace(ONE_TRUNK, calls_per_s_max=1)
    outside = number(Destination(DestinationKind.NUMBER, "+4930999"))
    story(numbers=[outside], trunk=slow, show=("send-on", "play")).check("""
        1 arrives i1 5551 +1
        1 answers i1
            > send-on i1 +4930999
        1.5 arrives i2 5551 +2
        1.5 answers i2
        2 ticks
            > send-on i2 +4930999
    """)


def test_who_waits_for_the_trunk_to_be_sent_outside_hears_music_and_goes_before_a_campaign() -> None:
    slow = replace(ONE_TRUNK, calls_per_s_max=1)
    outside = number(Destination(DestinationKind.NUMBER, "+4930999"))
    agentless = [campaign(dial_mode=DialMode.AGENTLESS, agent_ids=(), max_concurrent=5)]
    Story(
        campaigns=agentless, queues=(queue(),), numbers=[outside], trunk=slow, show=("send-on", "hold", "place")
    ).check("""
        2 fills 2
            > place c1
        2.1 arrives i1 5551 +1
        2.1 answers i1
            > hold i1
        3 ticks
            > send-on i1 +4930999
        4 ticks
            > place c2
    """)
