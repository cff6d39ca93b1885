"""Stories of agents who consult somebody while their customer waits, and hand them over or not."""

from typing import Any

import pytest

from busyhour.core.model.queue import SkillNeed
from busyhour.core.model.values import LegMode
from tests.core.inbound import people, queue, story
from tests.core.story import Story, campaign

SHOWN = (
    *("hold", "join", "seat", "set-aside", "bind", "ring-party", "hang-up-leg", "hang-up", "close", "ok", "refused"),
    *("agent", "entry", "ring", "progress", "play"),
)
ORDERS = tuple(kind for kind in SHOWN if kind not in ("agent", "entry", "progress"))


def talking(*names: str, show: tuple[str, ...] = ORDERS, **changes: Any) -> Story:
    """Ann has been with a caller since second 2; the others are free."""
    one = story(queue(**changes), agents=people("ann", "bob", "cid"), show=show).working("ann")
    one.show = ("nothing",)
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
        2 joins i1 ann#1
    """)
    one.show = show
    return one.working(*names)


@pytest.mark.covers("CP-048")
def test_a_caller_is_handed_over_to_an_agent_who_was_asked_first() -> None:
    one = talking("bob", show=SHOWN)
    one.check("""
        12 consults ann agent 2 wants a refund
            > hold i1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        20 swap ann
            > set-aside bob#2
            > join i1 ann#1
            > ok
        25 swap ann
            > hold i1
            > seat bob#2 ann#1
            > ok
        32 complete ann
            > seat bob#2 home
            > join i1 bob#2
            > progress i1 bob
            > ok
            > agent ann acw
            > agent bob on_contact
        32.1 joins i1 bob#2
            > progress i1 bob
        61 ends i1 normal
            > close i1 HANDLED 58.9 waited 1
            > agent bob acw
    """)
    ann, bob = one.floor.agents[1], one.floor.agents[2]
    assert (ann.caller_talk_s, bob.caller_talk_s) == pytest.approx((30.0, 28.9))
    assert (ann.talk_s, bob.talk_s) == pytest.approx((30.0, 28.9))
    assert (ann.callers_answered, bob.callers_answered) == (1, 1)
    assert (ann.handled, bob.handled) == (1, 1)
    assert one.floor.callers["i1-1"].note == "wants a refund"
    held = [part.hold_s for part in one.floor.callers["i1-1"].segments]
    assert held == pytest.approx([8.0 + 7.0, 0.0])


def test_all_three_confer_and_who_asked_leaves() -> None:
    one = talking("bob")
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
        15 leave ann
            > refused not_now
        20 conference ann
            > join i1 ann#1 beside bob#2
            > ok
        22 holds ann
            > hold i1
            > ok
        24 resumes ann
            > set-aside bob#2
            > join i1 ann#1
            > ok
        26 conference ann
            > seat bob#2 ann#1
            > ok
        27 swap ann
            > refused not_now
        30 leave ann
            > seat bob#2 home
            > join i1 bob#2
            > ok
        30.1 joins i1 bob#2
    """)
    assert one.floor.agents[1].state == "acw"
    assert one.floor.agents[2].call == "i1-1"


def test_a_colleague_who_is_cancelled_or_hangs_up_is_free_and_the_customer_is_back() -> None:
    one = talking("bob", show=SHOWN)
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        13 hangs-up ann
            > refused consulting
        14 cancel ann
            > seat bob#2 home
            > join i1 ann#1
            > ok
            > agent bob available
        15 cancel ann
            > refused not_consulting
        16 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        18 hangs-up bob
            > seat bob#2 home
            > join i1 ann#1
            > ok
            > agent bob available
        20 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        21 leg-down bob#2
            > join i1 ann#1
            > agent bob not_ready phone
        22 consults ann agent 2
            > refused not_free
        23 consults ann agent 1
            > refused no_agent
    """)


def test_a_colleague_on_a_phone_is_rung_and_may_not_answer() -> None:
    phones = people("ann", "bob", leg_mode=LegMode.PER_CALL)
    one = story(queue(), agents=phones, show=(*ORDERS, "leg-up")).working("ann", "bob")
    one.show = ("nothing",)
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
        2 leg-up ann#1
        2 joins i1 ann#1
    """)
    one.show = ORDERS
    one.check("""
        10 consults ann agent 2
            > hold i1
            > ring bob#2
            > ok
        11 swap ann
            > refused not_now
        12 resumes ann
            > refused consulting
        40 ticks
            > hang-up-leg bob#2
            > join i1 ann#1
        45 consults ann agent 2
            > hold i1
            > ring bob#3
            > ok
        48 leg-up bob#3
            > seat bob#3 ann#1
        50 cancel ann
            > hang-up-leg bob#3
            > join i1 ann#1
            > ok
    """)


def test_whoever_is_free_in_a_queue_is_asked_or_nobody() -> None:
    support = queue(queue_id=2, name="Support", skills=(SkillNeed("support"),))
    cid = people("cid")[0]
    crew = [*people("ann", "bob"), type(cid)(agent_id=3, name="cid", skills={"support": 3})]
    one = story(queue(), support, agents=crew, show=("nothing",)).working("ann", "bob")
    one.check("""
        1 arrives i1 5551 +491
        1 answers i1
        2 joins i1 ann#1
    """)
    one.show = ORDERS
    one.check("""
        5 consults ann queue 2
            > refused no_agent
        6 consults ann queue 9
            > refused no_agent
    """)
    one.working("cid")
    one.check("""
        7 consults ann queue 2
            > hold i1
            > seat cid#3 ann#1
            > ok
    """)


@pytest.mark.covers("CP-048")
def test_a_number_outside_is_asked_and_gets_the_customer() -> None:
    one = talking()
    one.check("""
        12 consults ann number +4930999
            > hold i1
            > ring-party party#2 +4930999
            > ok
        15 leg-up party#2
            > seat party#2 ann#1
        20 conference ann
            > join i1 ann#1 beside party#2
            > ok
        30 leave ann
            > bind i1 party#2
            > ok
        30.1 joins i1 party#2
    """)
    assert one.floor.callers["i1-1"].state == "outside"
    assert one.floor.trunks[1].up == 1
    assert one.floor.agents[1].state == "acw"
    one.check("""
        60 leg-down party#2
            > hang-up i1
        60.1 ends i1 normal
            > close i1 HANDLED 28 waited 1
    """)
    assert one.floor.trunks[1].up == 0
    assert not one.floor.parties


def test_a_number_that_does_not_answer_gives_the_customer_back() -> None:
    one = talking()
    one.check("""
        12 consults ann number +4930999
            > hold i1
            > ring-party party#2 +4930999
            > ok
        42 ticks
            > hang-up-leg party#2
            > join i1 ann#1
        42.1 leg-down party#2
        43 consults ann number +4930999
            > hold i1
            > ring-party party#3 +4930999
            > ok
        44 leg-down party#3
            > join i1 ann#1
        45 leg-up party#3
            > hang-up-leg party#3
    """)


def test_a_customer_who_never_met_the_number_is_back_in_the_line() -> None:
    one = talking("bob")
    one.check("""
        12 consults ann number +4930999
            > hold i1
            > ring-party party#3 +4930999
            > ok
        15 leg-up party#3
            > seat party#3 ann#1
        20 complete ann
            > bind i1 party#3
            > ok
        20.1 leg-down party#3
            > hold i1
            > join i1 bob#2
    """)


def test_the_customer_hangs_up_and_everybody_is_free() -> None:
    one = talking("bob", show=SHOWN)
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        20 ends i1 normal
            > seat bob#2 home
            > close i1 HANDLED 18 waited 1
            > agent ann acw
            > agent bob available
    """)


def test_who_asked_is_gone_and_the_colleague_has_the_customer() -> None:
    one = talking("bob")
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
        20 leg-down ann#1
            > seat bob#2 home
            > join i1 bob#2
        20.1 joins i1 bob#2
    """)
    other = talking()
    other.check("""
        12 consults ann number +4930999
            > hold i1
            > ring-party party#2 +4930999
            > ok
        15 leg-up party#2
            > seat party#2 ann#1
        20 leg-down ann#1
            > hang-up-leg party#2
            > hold i1
    """)


def test_a_hand_over_that_does_not_come_about_leads_back_to_the_line() -> None:
    one = talking("bob", "cid", show=(*ORDERS, "entry"))
    one.check("""
        12 consults ann agent 2
            > hold i1
            > seat bob#2 ann#1
            > ok
        20 complete ann
            > seat bob#2 home
            > join i1 bob#2
            > ok
        20.1 join-fails i1 bob#2
            > hang-up-leg bob#2
            > entry i1 queued
            > hold i1
            > entry i1 offered
            > join i1 cid#3
    """)


def test_a_contact_who_was_dialed_is_handed_over_and_both_wrap_up() -> None:
    one = Story(
        campaigns=[campaign(agent_ids=(1,), acw_max_s=100)], agents=people("ann", "bob"), show=("nothing",)
    ).working("ann", "bob")
    one.check("""
        1 fills 1
        1 commits c1
        3 answers c1
        3.1 joins c1 ann#1
    """)
    one.show = SHOWN
    one.check("""
        10 consults ann agent 2
            > hold c1
            > seat bob#2 ann#1
            > ok
            > agent bob on_contact
        20 complete ann
            > seat bob#2 home
            > join c1 bob#2
            > progress c1 bob
            > ok
            > agent ann acw
            > agent bob on_contact
        20.1 joins c1 bob#2
            > progress c1 bob
        40 ends c1 normal
            > close c1 HANDLED 37
            > agent bob acw
        41 wraps-up bob
            > ok
            > agent bob available
        42 says ann c1 sale
            > ok
        43 wraps-up ann
            > ok
            > agent ann available
    """)
    assert not one.floor.calls
    assert (one.floor.agents[1].talk_s, one.floor.agents[2].talk_s) == pytest.approx((16.9, 19.9))
