"""Who gets which call, told as logs (OC-010, OC-011, OC-107, 5.3-11, 5.3-12)."""

import pytest
from msgspec.structs import replace

from busyhour.core.acd.dispatch import NotGiven, not_given
from busyhour.core.acd.needs import skills_of
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Routing
from busyhour.core.model.queue import Dispatch, Match, Medium, Queue, RelaxStep, SkillNeed, Strategy
from tests.core.acd.log import Log, members

EN, DE, TECH = (SkillNeed(skill) for skill in ("en", "de", "tech"))
SALES = Queue(queue_id=1, name="sales", skills=(EN,))
HELP = Queue(queue_id=2, name="help", skills=(TECH,))


@pytest.mark.covers("OC-010", "OC-107")
def test_the_longest_idle_with_the_skill_is_asked() -> None:
    Log([SALES], {"ann": "de", "bob": "en", "cid": "en,de"}).run("""
        0 free ann
        1 free cid
        2 free bob
        3 call c1 sales
          > c1 to cid
        4 call c2 sales
          > c2 to bob
        5 call c3 sales
        6 free bob
          > c3 to bob
    """)


@pytest.mark.covers("OC-011", "OC-107")
def test_the_more_urgent_queue_goes_first_then_the_longest_wait() -> None:
    urgent = Queue(queue_id=2, name="vip", priority=0, skills=(EN,))
    Log([SALES, urgent, Queue(queue_id=3, name="info", skills=(EN,))], {"ann": "en"}).run("""
        0 call c1 sales
        1 call c2 info
        2 call c3 vip
        3 call c4 vip
        4 free ann
          > c3 to ann
        5 free ann
          > c4 to ann
        6 free ann
          > c1 to ann
        7 free ann
          > c2 to ann
    """)


@pytest.mark.covers("OC-011")
def test_ageing_that_changes_puts_those_who_wait_into_the_new_order() -> None:
    low, high = replace(SALES, priority=2), Queue(queue_id=2, name="vip", priority=1, skills=(EN,))
    routing = Routing()
    for queue in (low, high):
        routing.set_queue(queue)
    routing.set_agent(1, {"en": 1})
    routing.log_on(1)
    for call, queue_id, since_s in (("old", 1, 0.0), ("a", 2, 20.0), ("b", 2, 40.0)):
        routing.add(call, queue_id, since_s)
    routing.free(1, Medium.AUDIO, Standing(0.0, 0))
    for ageing_s, order in (
        (0.0, ["a", "b", "old"]),
        (30.0, ["a", "old", "b"]),
        (10.0, ["old", "a", "b"]),
        (0.0, ["a"]),
    ):
        routing.set_ageing(ageing_s)
        pairing = routing.next_pairing()
        assert pairing is not None
        assert pairing.call == order[0]
        assert sorted(routing.waiting, key=lambda call: routing.waiting[call].place)[: len(order)] == order
        assert routing.line_of(2) == ["a", "b"]


def test_with_ageing_a_long_wait_outdoes_a_step_of_priority() -> None:
    low, high = replace(SALES, priority=2), Queue(queue_id=2, name="vip", priority=1, skills=(EN,))
    Log([low, high], {"ann": "en"}, ageing_s=30.0).run("""
        0  call old sales
        20 call a vip
        40 call b vip
        41 free ann
           > a to ann
        42 free ann
           > old to ann
        43 free ann
           > b to ann
    """)


@pytest.mark.covers("OC-126")
def test_who_was_not_answered_is_next_again_with_their_age_and_another_agent_is_tried() -> None:
    Log([SALES], {"ann": "en", "bob": "en"}).run("""
        0  call c1 sales
        1  call c2 sales
        2  free ann
           > c1 to ann
        22 back c1
        23 free bob
           > c1 to bob
        24 free ann
           > c2 to ann
    """)


def test_what_a_queue_asks_for_is_eased_while_a_call_waits() -> None:
    strict = Queue(
        queue_id=1,
        name="sales",
        skills=(SkillNeed("en", 5), SkillNeed("tech", 2)),
        relax=(RelaxStep(after_s=30, levels_less=3), RelaxStep(after_s=60, levels_less=3, without=("tech",))),
    )
    told = Log([strict], {"ann": "en:5,tech:1", "bob": "en:2,tech:1", "cid": "en:1,tech:9", "dee": "en:2"})
    told.run("""
        0  free bob
        1  free cid
        2  free dee
        3  call c1 sales
        4  call c2 sales
        33 waits c1
           > c1 to bob
        34 waits c2
        63 waits c2
        64 waits c2
           > c2 to dee
    """)
    assert told.whys == [
        "first of 2 waiting; longest idle of 1 free who may take it, after 1 easings of what it asks for",
        "first of 1 waiting; longest idle of 1 free who may take it, after 2 easings of what it asks for",
    ]


def test_members_serve_without_the_skill_and_a_second_tier_only_after_a_while() -> None:
    queue = Queue(
        queue_id=1,
        name="sales",
        skills=(EN,),
        members=(*members("ann"), *members("bob", tier=1)),
        relax=(RelaxStep(after_s=10, tier=1),),
    )
    Log([queue], {"ann": "", "bob": "", "cid": ""}).run("""
        0  free bob
        1  free cid
        2  call c1 sales
        3  free ann
           > c1 to ann
        4  call c2 sales
        14 waits c2
           > c2 to bob
    """)


@pytest.mark.covers("CP-049")
def test_the_calls_own_skills_are_asked_beside_the_queues_also_of_members() -> None:
    queue = replace(SALES, members=members("ann"))
    Log([queue], {"ann": "", "bob": "en", "cid": "en, Tech:3"}).run("""
        0 free ann
        1 free bob
        2 call c1 sales skills=TECH:2
        3 free cid
          > c1 to cid
        4 call c2 sales
          > c2 to ann
    """)


def test_the_best_at_all_of_it_is_asked_though_another_waits_longer() -> None:
    queue = Queue(queue_id=1, name="help", skills=(DE, TECH), match=Match.BEST)
    Log([queue], {"ann": "de:4", "bob": "de:2,tech:3", "cid": "tech:5", "dee": "en:9"}).run("""
        0 free dee
        1 free ann
        2 free cid
        3 free bob
        4 call c1 help
          > c1 to cid
        5 free cid
        6 busy cid
        7 call c2 help
          > c2 to bob
        8 call c3 help
          > c3 to ann
        9 call c4 help
    """)


def test_in_turn_the_queue_remembers_whose_turn_was_last() -> None:
    queue = replace(SALES, strategy=Strategy.RRMEMORY)
    Log([queue], {"ann": "en", "bob": "en", "cid": "en"}).run("""
        0 free cid
        1 free bob
        2 free ann
        3 call c1 sales
          > c1 to ann
        4 free ann
        5 call c2 sales
          > c2 to bob
        6 call c3 sales
          > c3 to cid
        7 free cid
        8 call c4 sales
          > c4 to ann
    """)


def test_who_has_had_the_fewest_calls_is_asked() -> None:
    queue = replace(SALES, strategy=Strategy.LEAST_CALLS)
    Log([queue], {"ann": "en", "bob": "en"}).run("""
        0 free ann
        1 call c1 sales
          > c1 to ann
        2 free ann
        3 free bob
        4 call c2 sales
          > c2 to bob
        5 free bob
        6 call c3 sales
          > c3 to ann
    """)


@pytest.mark.covers("OC-034")
def test_chats_fill_one_agent_first_or_are_spread() -> None:
    full = Queue(queue_id=1, name="chat", medium=Medium.CHAT, skills=(EN,), strategy=Strategy.FILL)
    story = """
        0 has-chats bob 2
        1 free ann chat
        2 free bob chat
        3 call c1 chat
          > c1 to {first}
    """
    Log([full], {"ann": "en", "bob": "en"}).run(story.format(first="bob"))
    balanced = replace(full, strategy=Strategy.LONGEST_IDLE)
    Log([balanced], {"ann": "en", "bob": "en"}).run(story.format(first="ann"))


def test_a_call_is_not_given_to_who_is_free_for_chats_only() -> None:
    chat = Queue(queue_id=2, name="chat", medium=Medium.CHAT, skills=(EN,))
    Log([SALES, chat], {"ann": "en"}).run("""
        0 call c1 sales
        1 call x1 chat
        2 free ann chat
          > x1 to ann
        3 free ann
          > c1 to ann
    """)


def test_a_caller_waits_for_their_agent_and_then_for_anybody() -> None:
    told = Log([SALES], {"ann": "en", "bob": "en"})
    told.run("""
        0  free bob
        1  call c1 sales for=ann
        2  call c2 sales for=ann
        9  free ann
           > c1 to ann
        32 others c2
           > c2 to bob
    """)
    assert told.whys[0] == "the agent whom this caller is to have is free"


def test_nobody_gets_the_call_of_an_agent_who_does_not_serve_the_queue() -> None:
    told = Log([SALES], {"ann": "de", "bob": "en"})
    told.run("""
        0 free ann
        1 call c1 sales for=ann
    """)
    assert not told.routing.serves(1, 1)
    assert told.routing.serves(2, 1)


def test_all_ring_and_one_wins() -> None:
    queue = replace(SALES, strategy=Strategy.RING_ALL)
    Log([queue], {"ann": "en", "bob": "en", "cid": "de", "dee": "en"}).run("""
        0 free dee
        1 free cid
        2 free ann
        3 free bob
        4 call c1 sales
          > c1 to dee ann bob
    """)


def test_who_hangs_up_leaves_the_line() -> None:
    Log([SALES], {"ann": "en"}).run("""
        0 call c1 sales
        1 call c2 sales
        2 hangs-up c1
        3 free ann
          > c2 to ann
    """)


def test_who_logs_off_is_asked_no_more() -> None:
    told = Log([SALES], {"ann": "en"})
    told.run("""
        0 free ann
        1 logs-off ann
        2 call c1 sales
    """)
    assert told.routing.logged_count(1) == 0


def test_position_counts_those_ahead_in_the_same_queue() -> None:
    told = Log([SALES, HELP], {"ann": ""})
    told.run("""
        0 call c1 sales
        1 call x1 help
        2 call c2 sales skills=de
        3 call c3 sales priority=0
    """)
    assert [told.routing.position(call) for call in ("c3", "c1", "c2", "x1")] == [0, 1, 2, 0]
    assert told.routing.line_of(1) == ["c3", "c1", "c2"]


def test_new_settings_of_a_queue_hold_for_who_waits_already() -> None:
    told = Log([SALES], {"ann": "de"})
    told.run("""
        0 free ann
        1 call c1 sales
        2 call c2 sales
    """)
    told.queues, told.told = [replace(SALES, skills=(DE,))], []
    told.run("""
        3 settings sales
          > c1 to ann
    """)


@pytest.mark.covers("OC-035", "OC-090")
def test_another_program_gives_the_calls_when_it_is_told_to_and_may() -> None:
    outside = replace(SALES, dispatch=Dispatch.EXTERNAL)
    told = Log([outside, HELP], {"ann": "en", "bob": "de", "cid": "en", "dee": "en"})
    told.run("""
        0 free ann
        1 free bob
        2 logs-off dee
        3 call c1 sales
        4 call c2 help
    """)
    reasons = {agent_id: not_given(told.routing, "c1", agent_id) for agent_id in range(1, 6)}
    assert reasons == {
        1: None,
        2: NotGiven.AGENT_UNSKILLED,
        3: NotGiven.AGENT_NOT_FREE_AUDIO,
        4: NotGiven.AGENT_LOGGED_OFF,
        5: NotGiven.AGENT_UNKNOWN,
    }
    assert not_given(told.routing, "gone", 1) is NotGiven.CALL_UNKNOWN
    assert not_given(told.routing, "c2", 1) is NotGiven.DISPATCH_INTERNAL
    told.queues, told.told = [SALES, HELP], []
    told.run("""
        5 settings sales
          > c1 to ann
    """)


@pytest.mark.covers("OC-022")
def test_skills_are_trimmed_without_regard_to_case_and_limited() -> None:
    kept, left_out = skills_of(" DE:3 , tech,de,, bad:0 , :4, worse:x")
    assert kept == (SkillNeed("de", 3), SkillNeed("tech", 1))
    assert left_out == ("bad:0", ":4", "worse:x")
    many, beyond = skills_of(",".join(f"s{n}" for n in range(70)))
    assert len(many) == 64
    assert beyond == tuple(f"s{n}" for n in range(64, 70))
