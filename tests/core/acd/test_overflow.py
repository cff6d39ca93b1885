"""What becomes of callers of a queue that is overloaded, at each threshold and over several levels (5.3-8)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busyhour.core.acd.overflow import HOPS_MAX, Path, QueueLoad, next_look_s, on_arrival, while_waiting
from busyhour.core.model.queue import (
    Destination,
    DestinationKind,
    OverflowAction,
    OverflowRule,
    OverflowScope,
    OverflowTrigger,
)

T, A = OverflowTrigger, OverflowAction
QUIET = QueueLoad(waiting=0, waiting_in_all=0, waiting_max=0, wait_s=0.0, logged=3, closed=False)


def rule(trigger: T, threshold: float = 0.0, action: A = A.ANNOUNCE_THEN_QUEUE, **more: object) -> OverflowRule:
    return OverflowRule(trigger=trigger, threshold=threshold, action=action, **more)  # type: ignore[arg-type]


def load(**changes: object) -> QueueLoad:
    usual = {"waiting": 0, "waiting_in_all": 0, "waiting_max": 0, "wait_s": 0.0, "logged": 3, "closed": False}
    return QueueLoad(**{**usual, **changes})  # type: ignore[arg-type]


def to_queue(queue_id: int) -> Destination:
    return Destination(DestinationKind.QUEUE, str(queue_id))


@pytest.mark.covers("OC-012")
@pytest.mark.parametrize(
    ("trigger", "threshold", "below", "at"),
    [
        (T.SIZE, 3, load(waiting=2), load(waiting=3)),
        (T.EWT, 60, load(wait_s=60.0), load(wait_s=60.5)),
        (T.NO_AGENTS, 0, load(logged=1), load(logged=0)),
        (T.FULL, 0, load(waiting=9, waiting_max=10), load(waiting=10, waiting_max=10)),
        (T.CLOSED, 0, load(), load(closed=True)),
    ],
)
def test_each_threshold_on_arrival(trigger: T, threshold: float, below: QueueLoad, at: QueueLoad) -> None:
    rules = (rule(trigger, threshold, A.ANNOUNCE_THEN_HANGUP),)
    assert on_arrival(rules, below, Path()) is None
    found = on_arrival(rules, at, Path())
    assert found is not None
    assert (found.rule_no, found.action) == (0, A.ANNOUNCE_THEN_HANGUP)


@pytest.mark.covers("OC-014")
def test_a_rule_of_size_counts_its_own_queue_or_all() -> None:
    own = rule(T.SIZE, 3, A.ANNOUNCE_THEN_HANGUP)
    of_all = rule(T.SIZE, 3, A.ANNOUNCE_THEN_HANGUP, scope=OverflowScope.GLOBAL)
    others_are_busy = load(waiting=1, waiting_in_all=3)
    assert on_arrival((own,), others_are_busy, Path()) is None
    found = on_arrival((of_all,), others_are_busy, Path())
    assert found is not None
    assert found.why == "3 wait already in all queues"
    assert on_arrival((of_all,), load(waiting=2, waiting_in_all=2), Path()) is None


@pytest.mark.covers("OC-013")
@pytest.mark.parametrize("trigger", [T.SIZE, T.EWT, T.WAITED])
def test_a_threshold_of_0_is_none(trigger: T) -> None:
    busy = load(waiting=99, wait_s=9_999.0)
    assert on_arrival((rule(trigger),), busy, Path()) is None
    assert while_waiting((rule(trigger),), busy, Path(), 9_999.0) is None


def test_a_message_that_leads_to_the_queue_is_heard_once() -> None:
    rules = (rule(T.SIZE, 3), rule(T.EWT, 60, A.ANNOUNCE_THEN_HANGUP))
    busy = load(waiting=5, wait_s=30.0)
    found = on_arrival(rules, busy, Path())
    assert found is not None
    assert (found.action, found.why) == (A.ANNOUNCE_THEN_QUEUE, "5 wait already")
    assert on_arrival(rules, busy, Path().after(found.rule_no)) is None


@pytest.mark.covers("OC-033")
def test_who_finds_nobody_logged_on_is_turned_away_or_waits_as_the_queue_says() -> None:
    found = on_arrival((rule(T.NO_AGENTS, action=A.REJECT),), load(logged=0), Path())
    assert found is not None
    assert (found.action, found.why) == (A.REJECT, "nobody is logged on who serves the queue")
    assert on_arrival((), load(logged=0), Path()) is None


def test_levels_of_waiting_fire_one_after_another_and_each_once() -> None:
    rules = (
        rule(T.WAITED, 30),
        rule(T.WAITED, 60, A.OFFER_CALLBACK),
        rule(T.WAITED, 120, A.TRANSFER, destination=to_queue(2)),
    )
    path, log = Path().entered(1), list[str]()
    waited_s = 0.0
    while (ahead_s := next_look_s(rules, path, waited_s)) is not None:
        waited_s += ahead_s
        found = while_waiting(rules, QUIET, path, waited_s)
        assert found is not None
        log.append(f"{waited_s:g} {found.action}: {found.why}")
        path = path.after(found.rule_no)
    assert log == [
        "30 announce_then_queue: has waited 30 s",
        "60 offer_callback: has waited 60 s",
        "120 transfer: has waited 120 s",
    ]


@pytest.mark.covers("OC-012")
def test_nobody_is_taken_out_before_the_time() -> None:
    assert while_waiting((rule(T.WAITED, 30),), QUIET, Path(), 29.9) is None


def test_when_the_last_agent_leaves_who_waits_is_told_if_the_rule_says_so() -> None:
    at_the_door, too = rule(T.NO_AGENTS), rule(T.NO_AGENTS, action=A.OFFER_CALLBACK, waiting_too=True)
    assert while_waiting((at_the_door,), load(logged=0), Path(), 1.0) is None
    found = while_waiting((at_the_door, too), load(logged=0), Path(), 1.0)
    assert found is not None
    assert (found.rule_no, found.action) == (1, A.OFFER_CALLBACK)


def test_a_full_queue_takes_nobody_though_no_rule_says_what_then() -> None:
    found = on_arrival((), load(waiting=5, waiting_max=5), Path())
    assert found is not None
    assert found.action is A.REJECT


@pytest.mark.parametrize("trigger", [T.FULL, T.CLOSED])
def test_nobody_is_told_to_wait_where_nobody_may_wait(trigger: T) -> None:
    found = on_arrival((rule(trigger),), load(waiting=5, waiting_max=5, closed=True), Path())
    assert found is not None
    assert found.action is A.ANNOUNCE_THEN_HANGUP


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(1, 12), st.integers(1, 12), min_size=1))
def test_a_call_is_never_sent_round_in_circles(leads_to: dict[int, int]) -> None:
    """Queues that are all full, each sending on to another: every caller comes to an end, in no queue twice."""
    queue_id, path = min(leads_to), Path()
    visited: list[int] = []
    while True:
        path = path.entered(queue_id)
        visited.append(queue_id)
        to = to_queue(leads_to[queue_id]) if queue_id in leads_to else None
        found = on_arrival((rule(T.SIZE, 1, A.TRANSFER, destination=to),), load(waiting=1), path)
        assert found is not None
        if found.action is not A.TRANSFER:
            assert found.action is A.ANNOUNCE_THEN_HANGUP
            break
        queue_id = leads_to[queue_id]
    assert len(visited) == len(set(visited)) <= HOPS_MAX
