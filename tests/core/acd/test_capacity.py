"""One call or several chats; how long agents rest after them, and after calls that they let ring."""

import pytest

from busyhour.core.acd.capacity import AfterMiss, Load, acw_s, acw_until, after_miss, media_open
from busyhour.core.model.queue import Medium, MissRule

BOTH = frozenset(Medium)
CHAT = frozenset({Medium.CHAT})
NOTHING = frozenset[Medium]()


@pytest.mark.covers("OC-024", "OC-105")
@pytest.mark.parametrize(
    ("load", "media", "open_for"),
    [
        (Load(), BOTH, BOTH),
        (Load(), CHAT, CHAT),
        (Load(), NOTHING, NOTHING),
        (Load(calls=1), BOTH, NOTHING),
        (Load(chats=1), BOTH, CHAT),
        (Load(chats=3), BOTH, CHAT),
        (Load(chats=4), BOTH, NOTHING),
        (Load(chats=3, wrapping=True), BOTH, NOTHING),
        (Load(chats=2, wrapping=True), BOTH, CHAT),
        (Load(wrapping=True), BOTH, NOTHING),
    ],
)
def test_one_call_or_up_to_four_chats(load: Load, media: frozenset[Medium], open_for: frozenset[Medium]) -> None:
    assert media_open(load, media, chats_max=4) == open_for


@pytest.mark.covers("OC-021", "OC-026", "OC-027")
@pytest.mark.parametrize(
    ("agent_s", "usual_s", "queue_max_s", "seconds"),
    [
        (0, 30, 0, 30),
        (10, 30, 0, 10),
        (0, 30, 20, 20),
        (60, 30, 20, 20),
        (10, 30, 20, 10),
        (0, 0, 20, 20),
        (0, 0, 0, 0),
    ],
)
def test_the_agents_wrap_up_else_the_usual_one_within_the_queues_ceiling(
    agent_s: float, usual_s: float, queue_max_s: float, seconds: float
) -> None:
    assert acw_s(agent_s=agent_s, usual_s=usual_s, queue_max_s=queue_max_s) == seconds


@pytest.mark.covers("OC-105")
def test_each_chat_that_ends_adds_its_wrap_up() -> None:
    first = acw_until(100.0, None, 30.0)
    assert (first, acw_until(110.0, first, 30.0), acw_until(200.0, first, 30.0)) == (130.0, 160.0, 230.0)


def test_who_lets_calls_ring_rests_and_is_paused_in_the_end() -> None:
    rule = MissRule(rest_s=10.0, pause_after=3)
    assert [after_miss(rule, n) for n in (1, 2, 3)] == [AfterMiss(10.0), AfterMiss(10.0), AfterMiss(None)]
    assert after_miss(MissRule(rest_s=5.0, pause_after=0), 99) == AfterMiss(5.0)
