"""A snapshot and the changes after it give the same state as a fresh snapshot, after every event of a long day."""

import random
from typing import Any

import msgspec
import pytest

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model import supervising as sv
from busyhour.core.model.campaign import Campaign, RetryRule
from busyhour.core.model.values import EndCause, Outcome
from busyhour.service.live import LiveView, Subscription
from tests.core.story import NOON_UTC_S, Story, campaign, item


class Screen:
    """What a page does with the feed: the same reducer as in `web/`."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, Any]] = {}
        self.seq = 0

    def hear(self, message: bytes) -> None:
        told = msgspec.json.decode(message)
        if told["type"] == "snapshot":
            self.state = told["state"]
        else:
            assert told["seq"] == self.seq + 1, "no gap"
            for kind, name, view in told["changes"]:
                if view is None:
                    del self.state[kind][name]
                else:
                    self.state[kind][name] = view
        self.seq = told["seq"]


class Day:
    """Events that could come, chosen by a seed: some sensible, some late, some repeated."""

    def __init__(self, seed: int, floor: Floor) -> None:
        self.dice, self.floor, self.items, self.now_s = random.Random(seed), floor, 0, 0.0

    def next(self) -> e.Event:
        self.now_s += self.dice.choice([0.0, 0.1, 1.0, 5.0, 31.0])
        return self.dice.choice([self._call, self._call, self._call, self._agent, self._leg, self._run])()

    def _call(self) -> e.Event:
        known = list(self.floor.calls) or ["c1-1"]
        call, at = self.dice.choice(known), NOON_UTC_S + self.now_s
        leg = self.floor.calls[call].leg if call in self.floor.calls else None
        return self.dice.choice(
            [
                e.CallCommitted(call=call),
                e.CallSent(call=call),
                e.CallRang(call=call, at_utc_s=at),
                e.CallAnswered(call=call, at_utc_s=at),
                e.CallJoined(call=call, leg=leg or "a1-1-7-1", at_utc_s=at),
                e.CallEnded(call=call, cause=self.dice.choice(list(EndCause)), at_utc_s=at),
            ]
        )

    def _agent(self) -> e.Event:
        agent = self.dice.choice([1, 2])
        call = self.floor.agents[agent].call or self.floor.agents[agent].acw_call or "c1-1"
        return self.dice.choice(
            [
                e.AgentLinked(agent_id=agent, session=self.dice.choice(["x", "y"])),
                e.AgentUnlinked(agent_id=agent, session="x"),
                e.PhoneRegistered(agent_id=agent),
                e.ReadyAsked(agent_id=agent, request=""),
                e.PauseAsked(agent_id=agent, reason="lunch", request=""),
                e.HoldAsked(agent_id=agent, request=""),
                e.ResumeAsked(agent_id=agent, request=""),
                e.HangUpAsked(agent_id=agent, request=""),
                e.DispositionChosen(agent_id=agent, call=call, disposition="sale", note="", request=""),
                e.WrapUpEndAsked(agent_id=agent, request=""),
                e.LogOffAsked(agent_id=agent, request=""),
            ]
        )

    def _leg(self) -> e.Event:
        legs, at = list(self.floor.legs) or ["a1-1-7-1"], NOON_UTC_S + self.now_s
        leg = self.dice.choice(legs)
        return self.dice.choice(
            [
                e.LegAnswered(leg=leg, at_utc_s=at),
                e.LegAnswered(leg=leg, at_utc_s=at),
                e.LegEnded(leg=leg, cause=EndCause.NORMAL, at_utc_s=at),
            ]
        )

    def _run(self) -> e.Event:
        self.items += 1
        filled = e.HopperFilled(run_id=1, items=(item(self.items),), fresh_left=True, next_due_utc_s=None)
        return self.dice.choice(
            [
                filled,
                filled,
                filled,
                e.ClockTicked(),
                e.TelephonyLost(),
                e.StoreLost(),
                e.StoreBack(),
                e.RunPauseAsked(run_id=1, request=""),
                e.RunUnpauseAsked(run_id=1, request=""),
            ]
        )


def settings() -> Campaign:
    return campaign(retry_rules=(RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=60),), call_max_s=120)


def drain(reader: Subscription, screen: Screen) -> None:
    while not reader._queue.empty():
        message = reader._queue.get_nowait()
        assert message is not None
        screen.hear(message)


@pytest.mark.parametrize("agent_id", [None, 1])
@pytest.mark.parametrize("seed", range(20))
async def test_snapshot_and_changes_equal_a_fresh_snapshot(seed: int, agent_id: int | None) -> None:
    story = Story(campaigns=[settings()]).working("ann", "bob")
    live = LiveView(lambda: 0.0)
    live.watch(story.floor)
    story.floor.take_touched()
    day, screen = Day(seed, story.floor), Screen()
    async with Subscription(live, agent_id) as reader:
        drain(reader, screen)
        for _ in range(400):
            event = day.next()
            story.floor.handle(e.Instant(day.now_s, NOON_UTC_S + day.now_s), event)
            reader.change(story.floor.take_touched())
            drain(reader, screen)
            fresh = msgspec.json.decode(msgspec.json.encode(live.state(agent_id)))
            assert {k: v for k, v in screen.state.items() if v} == {k: v for k, v in fresh.items() if v}, event


@pytest.mark.covers("I42")
@pytest.mark.parametrize("seed", range(10))
async def test_each_desk_is_told_what_is_its_own_and_the_tenant_s_screens_all(seed: int) -> None:
    story = Story(campaigns=[settings()]).working("ann", "bob")
    live = LiveView(lambda: 0.0)
    live.watch(story.floor)
    story.floor.take_touched()
    day = Day(seed, story.floor)
    async with Subscription(live, None) as tenant, Subscription(live, 1) as ann, Subscription(live, 2) as bob:
        screens = {reader: Screen() for reader in (tenant, ann, bob)}
        for _ in range(400):
            event = day.next()
            story.floor.handle(e.Instant(day.now_s, NOON_UTC_S + day.now_s), event)
            live.note(story.floor.take_touched())
            for desk in (ann, bob):
                drain(desk, screens[desk])
                assert shown(screens[desk].state) == shown(fresh(live, desk.agent_id)), event
            live.flush()
            for reader, screen in screens.items():
                drain(reader, screen)
                assert filled(screen.state) == filled(fresh(live, reader.agent_id)), event


@pytest.mark.parametrize("seed", range(5))
async def test_who_asks_for_it_is_told_of_agents_and_calls_at_once(seed: int) -> None:
    story = Story(campaigns=[settings()]).working("ann", "bob")
    live = LiveView(lambda: 0.0)
    live.watch(story.floor)
    story.floor.take_touched()
    day, screen = Day(seed, story.floor), Screen()
    async with Subscription(live, None, at_once=True) as reader:
        for _ in range(400):
            event = day.next()
            story.floor.handle(e.Instant(day.now_s, NOON_UTC_S + day.now_s), event)
            live.note(story.floor.take_touched())
            drain(reader, screen)
            now = fresh(live, None)
            assert all(screen.state[kind] == now[kind] for kind in ("agents", "calls")), event
        live.flush()
        drain(reader, screen)
        assert filled(screen.state) == filled(fresh(live, None))


def fresh(live: LiveView, agent_id: int | None) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(live.state(agent_id)))
    return state


def filled(state: dict[str, Any]) -> dict[str, Any]:
    return {kind: things for kind, things in state.items() if things}


def shown(state: dict[str, Any]) -> dict[str, Any]:
    """Without how the system is, which desks are told a little later."""
    return {kind: things for kind, things in filled(state).items() if kind != "system"}


async def test_a_reader_that_is_too_slow_is_dropped() -> None:
    story = Story().working("ann")
    live = LiveView(lambda: 0.0)
    live.watch(story.floor)
    async with Subscription(live, None) as reader:
        for _ in range(600):
            reader.change([("agents", "1")])
        assert reader not in live.readers
        heard = [message async for message in reader]
    assert len(heard) == 500


LISTENS = """
    1 fills 1
    1 commits c1
    2 answers c1
    2 joins c1 ann#1
    3 links bob tab-b
    3 phone bob
    5 supervises bob ann listen
    6 leg-up bob#2
    6 ear-opens bob#2/3
"""


@pytest.mark.parametrize("shown", [True, False])
def test_an_agent_sees_who_listens_where_that_is_the_rule_and_who_whispers_in_any_case(shown: bool) -> None:
    story = Story(campaigns=[campaign(agent_ids=(1,))], show=("nothing",)).working("ann").check(LISTENS)
    live = LiveView(lambda: 0.0)
    live.watch(story.floor)
    told = story.floor.handle(story.floor.now, sv.ListeningShownChanged(shown=shown))
    assert told == []

    def seen(by: int | None) -> str:
        view: Any = live.view("agents", "1", by)
        return str(view.supervised_by)

    assert (seen(1), seen(None)) == ("bob" if shown else "", "bob")
    story.check("""
        8 supervises bob ann whisper
        8 ear-opens bob#2/4
    """)
    assert (seen(1), seen(None)) == ("bob", "bob")
