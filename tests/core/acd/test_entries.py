"""Callers from the door to their one end: told as logs, and in small centers judged by a ledger of their own."""

from random import Random

import pytest

from busyhour.core.acd.entries import Entries, Entry
from busyhour.core.acd.figures import service_level, total
from busyhour.core.acd.leavers import Leavers
from busyhour.core.acd.pool import Standing
from busyhour.core.acd.routing import Routing
from busyhour.core.life.entry import EntryState
from busyhour.core.model.callers import Callback
from busyhour.core.model.campaign import Hours
from busyhour.core.model.queue import (
    CallbackRule,
    Medium,
    OverflowAction,
    OverflowRule,
    OverflowTrigger,
    Queue,
    RelaxStep,
    SkillNeed,
    Sticky,
    Strategy,
)
from busyhour.core.model.queue_counts import QueueCounts
from tests.core.acd.center import Center

T, A = OverflowTrigger, OverflowAction
EN = SkillNeed("en")


def entries(*queues: Queue, agents: int = 1) -> Entries:
    made = Entries(Routing(), Leavers(120.0))
    for agent_id in range(1, agents + 1):
        made.routing.set_agent(agent_id, {"en": 1})
        made.routing.log_on(agent_id)
    for queue in queues:
        made.routing.set_queue(queue)
    return made


def caller(call: str, now_s: float, number: str = "", **more: object) -> Entry:
    return Entry(call, 1, number or f"+{call}", now_s, now_s, **more)  # type: ignore[arg-type]


def queue(**changes: object) -> Queue:
    usual: dict[str, object] = {"queue_id": 1, "name": "sales", "skills": (EN,)}
    return Queue(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.covers("OC-103")
@pytest.mark.parametrize(("to_tail", "line"), [(True, ["c2", "c1"]), (False, ["c1", "c2"])])
def test_who_hears_that_it_takes_long_goes_on_at_the_tail_or_where_they_were(to_tail: bool, line: list[str]) -> None:
    rule = OverflowRule(trigger=T.WAITED, threshold=30, action=A.ANNOUNCE_THEN_QUEUE, to_tail=to_tail)
    center = entries(queue(overflow=(rule,)))
    center.enter(caller("c1", 0.0), 0.0)
    center.enter(caller("c2", 10.0), 10.0)
    assert center.next_look_s("c1", 10.0) == 20.0
    found = center.due("c1", 30.0)
    assert found is not None
    assert found.action is A.ANNOUNCE_THEN_QUEUE
    assert center.routing.line_of(1) == ["c2"], "not given to an agent in the middle of a message"
    assert center.went_on("c1", 35.0) is None
    assert center.routing.line_of(1) == line
    assert center.due("c1", 99.0) is None, "heard once"


def test_who_is_turned_away_is_in_no_line_and_counted_as_sent_on() -> None:
    rule = OverflowRule(trigger=T.SIZE, threshold=1, action=A.REJECT)
    center = entries(queue(overflow=(rule,)))
    assert center.enter(caller("c1", 0.0), 0.0) is None
    found = center.enter(caller("c2", 1.0), 1.0)
    assert found is not None
    assert (found.action, list(center.entries)) == (A.REJECT, ["c1"])
    assert total(center.counts[1].values()) == QueueCounts(entered=2, sent_on=1)


@pytest.mark.covers("I42")
def test_a_shard_takes_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.core.acd.entries.ENTRIES_MAX", 1)
    center = entries(queue())
    assert center.enter(caller("c1", 0.0), 0.0) is None
    found = center.enter(caller("c2", 1.0), 1.0)
    assert found is not None
    assert (found.action, list(center.entries)) == (A.REJECT, ["c1"])


def test_who_was_rung_out_has_their_step_and_place() -> None:
    eased = queue(skills=(SkillNeed("en", 3),), relax=(RelaxStep(after_s=20, levels_less=2),))
    center = entries(eased)
    center.routing.free(1, Medium.AUDIO, Standing(0.0))
    center.enter(caller("c1", 0.0), 0.0)
    center.enter(caller("c2", 5.0), 5.0)
    assert center.routing.next_pairing() is None
    center.due("c1", 20.0)
    pairing = center.routing.next_pairing()
    assert pairing is not None
    assert pairing.call == "c1"
    center.routing.take(1, Medium.AUDIO)
    center.offered("c1", 20.0)
    center.withdrawn("c1", 40.0)
    assert center.routing.line_of(1) == ["c1", "c2"]
    assert center.routing.waiting["c1"].need.step == 1


def test_a_caller_waits_for_their_agent_only_so_long_and_not_for_who_cannot() -> None:
    center = entries(queue(sticky=Sticky(wait_s=30.0)), agents=2)
    center.routing.free(2, Medium.AUDIO, Standing(0.0))
    center.enter(caller("c1", 0.0, agent_id=1, agent_until_s=30.0), 0.0)
    center.enter(caller("c2", 0.0, agent_id=9, agent_until_s=30.0), 0.0)
    pairing = center.routing.next_pairing()
    assert pairing is not None
    assert (pairing.call, pairing.agent_ids) == ("c2", (2,)), "nobody waits for an agent who is not there"
    center.offered("c2", 1.0)
    assert center.routing.next_pairing() is None
    assert center.next_look_s("c1", 1.0) == 29.0
    center.due("c1", 30.0)
    pairing = center.routing.next_pairing()
    assert pairing is not None
    assert (pairing.call, pairing.agent_ids) == ("c1", (2,))


def test_who_hung_up_and_calls_again_soon_is_where_they_were() -> None:
    center = entries(queue())
    center.enter(caller("c1", 0.0, "+1"), 0.0)
    center.enter(caller("c2", 10.0, "+2"), 10.0)
    center.hung_up("c1", 20.0)
    center.enter(caller("c3", 50.0, "+1"), 50.0)
    center.enter(caller("c4", 51.0, "+1"), 51.0)
    assert center.routing.line_of(1) == ["c3", "c2", "c4"]


def test_a_callback_stands_in_line_for_the_caller_who_takes_over_when_they_call() -> None:
    center = entries(queue(overflow=(OverflowRule(trigger=T.WAITED, threshold=30, action=A.ANNOUNCE_THEN_QUEUE),)))
    for n in range(3):
        center.enter(caller(f"c{n}", float(n), f"+{n}"), float(n))
    promise = Callback(
        callback="k1",
        queue_id=1,
        number="+1",
        rule=CallbackRule(hours=Hours()),
        since_utc_s=1.0,
        promised_utc_s=5.0,
    )
    assert center.promised("c1", promise, 5.0) is promise
    assert center.routing.line_of(1) == ["c0", "k1", "c2"]
    assert center.entries["k1"].state is EntryState.PROMISED
    assert center.due("k1", 55.0) is None, "nobody is on the line who could hear a message"
    assert center.routing.line_of(1) == ["c0", "k1", "c2"]
    center.enter(caller("c9", 60.0, "+1"), 60.0)
    assert center.routing.line_of(1) == ["c0", "c9", "c2"]
    assert center.promises.callbacks == {}


def test_who_meets_a_free_agent_says_nothing_about_how_fast_the_queue_moves() -> None:
    center = entries(queue())
    center.routing.free(1, Medium.AUDIO, Standing(0.0))
    center.enter(caller("c1", 1.0), 1.0)
    center.offered("c1", 1.0)
    center.answered("c1", 3.0)
    assert center.estimates[1].starts == 0.0
    center.enter(caller("c2", 4.0), 4.0)
    center.offered("c2", 9.0)
    center.answered("c2", 9.0)
    assert center.estimates[1].starts == 1.0


def test_a_key_that_is_pressed_while_an_agent_is_rung_promises_nothing() -> None:
    center = entries(queue())
    center.enter(caller("c1", 0.0), 0.0)
    center.offered("c1", 5.0)
    asked = Callback(callback="k1", queue_id=1, number="+c1", rule=CallbackRule(), since_utc_s=0.0, promised_utc_s=5.0)
    assert center.promised("c1", asked, 6.0) is None
    assert center.promises.callbacks == {}
    assert center.entries["c1"].state is EntryState.OFFERED


# Small centers

BUSY = (
    OverflowRule(trigger=T.WAITED, threshold=25, action=A.ANNOUNCE_THEN_QUEUE),
    OverflowRule(trigger=T.WAITED, threshold=50, action=A.OFFER_CALLBACK),
    OverflowRule(trigger=T.SIZE, threshold=12, action=A.ANNOUNCE_THEN_HANGUP),
)


def a_center(seed: int, *, dies_every_s: float = 0.0) -> Center:
    dice = Random(seed)
    strategies = [dice.choice(list(Strategy)) for _ in range(3)]
    queues = [
        queue(overflow=BUSY, strategy=strategies[0]),
        queue(queue_id=2, name="help", skills=(SkillNeed("tech", 2),), overflow=BUSY, strategy=strategies[1]),
        queue(
            queue_id=3,
            name="vip",
            priority=0,
            skills=(SkillNeed("en", 3),),
            relax=(RelaxStep(after_s=20, levels_less=2),),
            strategy=strategies[2],
        ),
    ]
    skills = {n: {"en": dice.randint(1, 3)} | ({"tech": dice.randint(1, 3)} if n % 2 else {}) for n in range(1, 9)}
    return Center(dice, queues, skills, calls_per_s=dice.uniform(0.08, 0.2), dies_every_s=dies_every_s)


@pytest.mark.parametrize("seed", [*range(12), 1003])
def test_no_caller_is_lost_and_the_figures_are_the_ledgers(seed: int) -> None:
    center = a_center(seed, dies_every_s=97.0 if seed % 2 else 0.0)
    center.run(3_600.0)
    open_calls = {call for call, lived in center.ledger.items() if not lived.end}
    assert open_calls == {call for call in center.entries.entries if not call.startswith("k")}
    kept = set(center.entries.promises.callbacks)
    assert kept == {call for call in center.entries.entries if call.startswith("k")}
    assert all(count <= 2 for count in center.dialed.values())
    for one in center.queues:
        lived = [caller for caller in center.ledger.values() if caller.queue_id == one.queue_id]
        counts = total(center.entries.counts[one.queue_id].values())
        waits = [caller.end_s - caller.came_s for caller in lived if caller.end == "answered"]
        gave_up = [caller.end_s - caller.came_s for caller in lived if caller.end == "gave up"]
        others = sum(caller.end in ("turned away", "promised") for caller in lived)
        assert (counts.entered, counts.answered, counts.abandoned) == (len(lived), len(waits), len(gave_up))
        assert counts.sent_on == others
        assert counts.wait_s == pytest.approx(sum(waits), rel=1e-6)
        in_time, short = (sum(wait_s <= 20.0 for wait_s in some) for some in (waits, gave_up))
        expected = in_time / (len(waits) + len(gave_up) - short)
        assert service_level(counts, 0) == pytest.approx(expected)


def test_the_small_centers_see_all_that_they_are_there_for() -> None:
    ends, rung_twice, twice = dict[str, int](), 0, 0
    for seed in range(4):
        center = a_center(seed)
        center.run(3_600.0)
        for lived in center.ledger.values():
            ends[lived.end] = ends.get(lived.end, 0) + 1
            rung_twice += lived.rung > 1
        twice += sum(count > 1 for count in center.dialed.values())
    assert set(ends) >= {"answered", "gave up", "turned away", "promised"}
    assert rung_twice
    assert twice
