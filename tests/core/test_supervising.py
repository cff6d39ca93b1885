"""A supervisor on an agent's call: heard by nobody, by the agent, by both; takes it over; and is never in its way."""

import pytest

from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.ids import room_of
from busyhour.core.model.pictures import AgentProfile, ChannelPicture, PbxPicture
from tests.core.inbound import people
from tests.core.inbound import story as of_callers
from tests.core.story import Story, campaign
from tests.core.story_words import NAMES, ear, leg

SHOWN = ("open-ear", "close-ear", "audit", "join", "hold", "ring", "hang-up-leg", "ok", "refused", "close", "agent")


def talking() -> Story:
    """Ann talks with c1; bob, a supervisor, sits at his desk in the pause of his log-in."""
    story = Story(campaigns=[campaign(agent_ids=(1,))], show=SHOWN)
    story.working("ann")
    story.check("""
        1 fills 1
        1 commits c1
        1 sent c1
        2 answers c1
          > join c1 ann#1
          > agent ann reserved
        2 joins c1 ann#1
          > agent ann on_contact
        3 links bob tab-b
          > agent bob not_ready login
        3 phone bob
    """)
    return story


def listening() -> Story:
    return talking().check("""
        5 supervises bob ann listen
          > ok
          > agent bob not_ready supervising
          > ring bob#2
        6 leg-up bob#2
          > open-ear bob#2/3 ann#1 listen
        6 ear-opens bob#2/3
          > audit bob listened ann
    """)


@pytest.mark.covers("CP-015", "MZ-011", "U-45")
def test_a_supervisor_listens_whispers_barges_in_and_leaves() -> None:
    """The phone is rung for it; the ear of before stays until the next one is open; the end says how long it was."""
    listening().check("""
        8 supervises bob ann whisper
          > open-ear bob#2/4 ann#1 whisper
          > ok
        8 ear-opens bob#2/4
          > close-ear bob#2/3
          > audit bob whispered ann
        9 supervises bob ann barge
          > open-ear bob#2/5 ann#1 barge
          > ok
        9 ear-opens bob#2/5
          > close-ear bob#2/4
          > audit bob barged in ann
        16 leaves-call bob
          > close-ear bob#2/5
          > audit bob supervised ann 10
          > hang-up-leg bob#2
          > ok
          > agent bob not_ready login
        20 ends c1 normal
          > close c1 HANDLED 18
          > agent ann acw
    """)


@pytest.mark.covers("CP-015")
def test_who_takes_over_has_the_call_when_the_customer_is_there_and_not_before() -> None:
    story = listening().check("""
        8 takes-over bob
          > join c1 bob#2
          > ok
    """)
    assert (story.floor.calls["c1-1"].agent_id, story.floor.agents[1].state) == (1, AgentState.ON_CONTACT)
    story.check("""
        9 joins c1 bob#2
          > audit bob took over ann
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > agent bob on_contact
          > agent ann acw
        15 wraps-up ann
          > ok
          > agent ann available
        22 ends c1 normal
          > close c1 HANDLED 20
          > agent bob acw
    """)
    call = story.floor.calls["c1-1"]
    assert [(part.agent_id, part.ended_utc_s - part.started_utc_s) for part in call.segments] == [(1, 7.0), (2, 13.0)]
    assert (story.floor.agents[1].talk_s, story.floor.agents[2].talk_s) == (7.0, 13.0)
    assert (story.floor.agents[1].handled, story.floor.agents[2].handled) == (1, 1)


def test_a_call_that_was_taken_over_may_be_wrapped_up_by_both() -> None:
    """It stays on the floor until the last of them is done."""
    story = listening().check("""
        8 takes-over bob
          > join c1 bob#2
          > ok
        9 joins c1 bob#2
          > audit bob took over ann
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > agent bob on_contact
          > agent ann acw
        11 ends c1 normal
          > close c1 HANDLED 9
          > agent bob acw
        12 wraps-up bob
          > ok
          > agent bob not_ready login
    """)
    assert "c1-1" in story.floor.calls
    story.check("""
        13 wraps-up ann
          > ok
          > agent ann available
    """)
    assert "c1-1" not in story.floor.calls


def test_a_customer_on_hold_is_taken_over_out_of_the_music() -> None:
    story = listening().check("""
        7 holds ann
          > hold c1
          > ok
        8 takes-over bob
          > join c1 bob#2
          > ok
        9 joins c1 bob#2
          > audit bob took over ann
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > agent bob on_contact
          > agent ann acw
    """)
    call = story.floor.calls["c1-1"]
    assert (call.state, call.segments[0].hold_s) == (CallState.TALKING, 2.0)


@pytest.mark.parametrize("word", ["join-fails c1 bob#2", "ticks"])
def test_who_cannot_be_taken_over_stays_with_the_agent(word: str) -> None:
    story = listening().check("""
        8 takes-over bob
          > join c1 bob#2
          > ok
    """)
    story.check(f"""
        13 {word}
          > join c1 ann#1
    """)
    assert story.floor.calls["c1-1"].agent_id == 1
    story.check("""
        14 joins c1 bob#2
          > join c1 ann#1
    """)  # carried out too late: back again


def test_a_supervisor_whose_phone_goes_while_they_take_over_gives_the_customer_back() -> None:
    listening().check("""
        8 takes-over bob
          > join c1 bob#2
          > ok
        9 leg-down bob#2
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > join c1 ann#1
          > agent bob not_ready login
    """)


def test_a_caller_is_taken_over_and_both_agents_have_their_part() -> None:
    story = of_callers(agents=people("ann", "bob"), show=("join", "close", "audit"))
    story.working("ann").check("""
        1 arrives i1 5551 +1202
        1 answers i1
          > join i1 ann#1
        2 joins i1 ann#1
        3 links bob tab-b
        3 phone bob
        4 supervises bob ann listen
        4 leg-up bob#2
        4 ear-opens bob#2/3
          > audit bob listened ann
        12 takes-over bob
          > join i1 bob#2
        12 joins i1 bob#2
          > audit bob took over ann
          > audit bob supervised ann 8
        32 ends i1 normal
          > close i1 HANDLED 30 waited 1
    """)
    ann, bob = story.floor.agents[1], story.floor.agents[2]
    assert (ann.callers_answered, ann.caller_talk_s) == (1, 10.0)
    assert (bob.callers_offered, bob.callers_answered, bob.caller_talk_s) == (1, 1, 20.0)
    assert story.floor.had_by.agent_of("+1202", 0.0, 60.0) == 2


# What ends it, and harms nothing


@pytest.mark.covers("CP-015")
@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("leg-down bob#2", "agent bob not_ready login"),
        ("ear-closes bob#2/3", "agent bob not_ready login"),
        ("unlinks bob tab-b", None),
    ],
)
def test_the_call_goes_on_without_the_supervisor(word: str, told: str | None) -> None:
    story = listening()
    at_s = 8.0
    verb, *words = word.split()
    commands = story._handle(at_s, story._event(at_s, verb, words))
    assert not [text for text in commands if text.split()[0] in ("join", "hold", "close")]
    assert (told in commands) is (told is not None)
    assert story.floor.calls["c1-1"].state is CallState.TALKING
    assert (2 in story.floor.supervisions) is (told is None)  # a desk that is gone for a moment changes nothing


def test_it_ends_with_the_call_and_with_the_agents_phone() -> None:
    listening().check("""
        9 ends c1 normal
          > close c1 HANDLED 7
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > hang-up-leg bob#2
          > agent ann acw
          > agent bob not_ready login
    """)
    listening().check("""
        9 leg-down ann#1
          > hold c1
          > close-ear bob#2/3
          > audit bob supervised ann 3
          > hang-up-leg bob#2
          > agent bob not_ready login
    """)


def test_an_ear_that_the_pbx_does_not_open_is_given_up() -> None:
    talking().check("""
        5 supervises bob ann listen
          > ok
          > agent bob not_ready supervising
          > ring bob#2
        6 leg-up bob#2
          > open-ear bob#2/3 ann#1 listen
        11 ticks
          > close-ear bob#2/3
          > hang-up-leg bob#2
          > agent bob not_ready login
        12 ear-opens bob#2/3
          > close-ear bob#2/3
    """)


@pytest.mark.covers("I43")
def test_an_ear_that_is_not_opened_while_they_take_over_in_vain_is_given_up_then() -> None:
    """Seeds 112 and 184 of 3,000 contacts: its time was over in the taking over, and nobody looked at it again."""
    listening().check("""
        8 supervises bob ann whisper
          > open-ear bob#2/4 ann#1 whisper
          > ok
        9 takes-over bob
          > join c1 bob#2
          > ok
        13 ticks
        14 ticks
          > join c1 ann#1
          > close-ear bob#2/3
          > close-ear bob#2/4
          > audit bob supervised ann 8
          > hang-up-leg bob#2
          > agent bob not_ready login
    """)


def test_a_phone_that_is_not_picked_up_ends_it() -> None:
    talking().check("""
        5 supervises bob ann listen
          > ok
          > agent bob not_ready supervising
          > ring bob#2
        25 ticks
          > hang-up-leg bob#2
          > agent bob not_ready login
    """)


def test_an_agent_who_is_ready_gets_no_call_while_they_supervise() -> None:
    """Their leg is up already, and stays."""
    story = talking()
    story.working("bob")
    story.floor.agents[2].pause = None
    story.check("""
        5 supervises bob ann listen
          > ok
          > open-ear bob#2/3 ann#1 listen
          > agent bob not_ready supervising
        5 ear-opens bob#2/3
          > audit bob listened ann
        7 leaves-call bob
          > close-ear bob#2/3
          > audit bob supervised ann 2
          > ok
          > agent bob available
    """)


def picture(story: Story, *ears: str, at_s: float) -> e.PbxSeen:
    there = [ChannelPicture(channel="c1-1", answered=True, bridge=room_of("a1-1-7-1"))]
    there += [
        ChannelPicture(channel=leg(word), answered=True, bridge=room_of(leg(word))) for word in ("ann#1", "bob#2")
    ]
    there += [ChannelPicture(channel=ear(word), answered=True) for word in ears]
    return e.PbxSeen(pbx=PbxPicture(boot="one", channels=tuple(there)), asked_mono_s=at_s)


def test_what_was_lost_on_its_way_is_seen() -> None:
    story = listening()
    assert story._handle(9.0, picture(story, "bob#2/3", at_s=8.5)) == []
    assert story._handle(10.0, picture(story, "bob#2/3", "bob#2/9", at_s=9.5)) == ["close-ear bob#2/9"]
    story._handle(11.0, picture(story, at_s=10.5))
    assert not story.floor.supervisions


def test_the_next_engine_closes_all_ears_and_leaves_the_call() -> None:
    ears = [ChannelPicture(channel=ear("bob#2/3"), answered=True)]
    story = Story(pbx=PbxPicture(boot="one", channels=tuple(ears)))
    assert "close-ear bob#2/3" in story.first


# What is refused


@pytest.mark.parametrize(
    ("before", "words", "code"),
    [
        ("", "supervises bob bob listen", "no_call"),
        ("9 ends c1 normal", "supervises bob ann listen", "no_call"),
        ("9 logs-off bob", "supervises bob ann listen", "not_logged_on"),
        ("9 phone-gone bob", "supervises bob ann listen", "no_phone"),
        ("9 pbx-lost", "supervises bob ann listen", "unavailable"),
        ("", "takes-over bob", "not_on_call"),
    ],
)
def test_refused(before: str, words: str, code: str) -> None:
    story = talking()
    story.show = ("refused",)
    for line in filter(None, (before, f"10 {words}")):
        at, verb, *rest = line.split()
        commands = story._handle(float(at), story._event(float(at), verb, rest))
    assert commands == [f"refused {code}"]


def test_one_supervisor_at_a_time() -> None:
    profiles = [AgentProfile(agent_id=n, name=name) for n, name in enumerate(NAMES[:3], 1)]
    story = Story(campaigns=[campaign(agent_ids=(1,))], agents=profiles, show=("refused",)).working("ann", "cid")
    story.check("""
        1 fills 1
        1 commits c1
        1 sent c1
        2 answers c1
        2 joins c1 ann#1
        3 links bob tab-b
        3 phone bob
        5 supervises bob ann listen
        6 supervises cid ann listen
          > refused taken
    """)


def test_an_agent_who_is_removed_while_they_supervise_leaves() -> None:
    story = listening()
    story._handle(8.0, e.AgentRemoved(agent_id=2))
    assert not story.floor.supervisions
