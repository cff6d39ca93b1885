"""The index of free agents and the line of waiting calls say what a recount says, whatever happens."""

import random

import pytest

from busyhour.core import events as e
from busyhour.core.floor.free import FreeAgents
from busyhour.core.floor.machine import Floor
from busyhour.core.floor.waiting import WaitingCalls
from busyhour.core.life.agent import AgentState
from busyhour.core.life.call import CallState
from busyhour.core.model.campaign import Campaign, Trunk
from busyhour.core.model.pictures import AgentProfile, PbxPicture, RunPicture
from busyhour.core.model.values import EndCause
from tests.core.story import NOON_UTC_S, campaign, item

AGENTS, RUNS = 12, 4


def recount(staff: dict[int, set[int]], since_s: dict[int, float], run_id: int) -> list[int]:
    return [a for _, a in sorted((since_s[a], a) for a in staff[run_id] if a in since_s)]


@pytest.mark.covers("I42")
@pytest.mark.parametrize("seed", range(20))
def test_the_index_says_what_a_recount_says(seed: int) -> None:
    dice, index, now_s = random.Random(seed), FreeAgents(), 0.0
    staff: dict[int, set[int]] = {run_id: set() for run_id in range(RUNS)}
    since_s: dict[int, float] = {}
    for _ in range(300):
        now_s += dice.choice([0.0, 1.0])
        agent_id, run_id = dice.randrange(AGENTS), dice.randrange(RUNS)
        if dice.random() < 0.1:
            staff[run_id] = set(dice.sample(range(AGENTS), dice.randrange(AGENTS)))
            index.staff(run_id, staff[run_id])
        elif agent_id in since_s:
            del since_s[agent_id]
            index.remove(agent_id)
        else:
            since_s[agent_id] = now_s
            index.add(agent_id, now_s)
        assert index.since_s == since_s
        for run in range(RUNS):
            line = recount(staff, since_s, run)
            assert (index.in_line(run), index.count(run)) == (line, len(line))
            assert index.first(run) == (line[0] if line else None)
            for other in range(RUNS):
                assert index.shared(run, other) == len(staff[run] & staff[other] & set(since_s))


@pytest.mark.covers("I42", "I20")
def test_the_line_of_waiting_calls_is_in_order_and_forgets_nobody() -> None:
    dice, waiting, known = random.Random(1), WaitingCalls(), dict[str, float]()
    out: set[str] = set()
    for n in range(2_000):
        if known and dice.random() < 0.45:
            name = dice.choice(list(known))
            waiting.remove(name)
            del known[name]
            out.discard(name)
        elif waiting.line and dice.random() < 0.1:
            name = waiting.line[0][1]
            waiting.step_out(name)
            out.add(name)
        else:
            known[f"c{n}"] = float(dice.randrange(100))
            waiting.add(f"c{n}", known[f"c{n}"])
        assert list(waiting) == list(known)
        assert waiting.line == sorted((at, name) for name, at in known.items() if name not in out)


class Day:
    """What could happen on a floor of four runs that share agents, chosen by a seed: sensible, late, repeated."""

    def __init__(self, seed: int) -> None:
        self.dice, self.now_s, self.items, self.floor = random.Random(seed), 0.0, 0, Floor()
        runs = tuple(
            RunPicture(run_id=n, campaign=self._campaign(n), state="running", started_utc_s=NOON_UTC_S)
            for n in range(1, RUNS + 1)
        )
        self._tell(
            e.FloorStarted(
                tenant=1,
                fence=1,
                agents=tuple(AgentProfile(agent_id=n, name=str(n)) for n in range(1, AGENTS + 1)),
                trunks=(Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=30),),
                runs=runs,
                calls=(),
                pbx=PbxPicture(boot="one"),
            )
        )

    def _tell(self, event: e.Event) -> None:
        self.floor.handle(e.Instant(self.now_s, NOON_UTC_S + self.now_s), event)

    def _campaign(self, n: int) -> Campaign:
        agents = tuple(self.dice.sample(range(1, AGENTS + 1), self.dice.randrange(2, AGENTS)))
        priority, wait_s = self.dice.choice([1, 10]), self.dice.choice([2.0, 30.0])
        return campaign(
            campaign_id=n, name=str(n), agent_ids=agents, priority=priority, answer_wait_max_s=wait_s, acw_max_s=5.0
        )

    def step(self) -> None:
        self.now_s += self.dice.choice([0.0, 0.05, 0.3, 2.0])
        self._tell(self.dice.choice([self._call, self._call, self._call, self._agent, self._agent, self._run])())

    def _call(self) -> e.Event:
        floor, at = self.floor, NOON_UTC_S + self.now_s
        call = self.dice.choice(list(floor.calls) or ["c1-1"])
        leg = floor.calls[call].leg if call in floor.calls else None
        return self.dice.choice(
            [
                e.CallCommitted(call=call),
                e.CallRang(call=call, at_utc_s=at),
                e.CallAnswered(call=call, at_utc_s=at - self.dice.random()),
                e.CallJoined(call=call, leg=leg or "a1-1-7-1", at_utc_s=at),
                e.JoinFailed(call=call, leg=leg or "a1-1-7-1"),
                e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=at),
            ]
        )

    def _agent(self) -> e.Event:
        n = self.dice.randrange(1, AGENTS + 1)
        leg = self.floor.agents[n].leg
        if leg is not None and not self.floor.agents[n].leg_up:
            return e.LegAnswered(leg=leg, at_utc_s=NOON_UTC_S + self.now_s)
        useful = [
            e.AgentLinked(agent_id=n, session="tab"),
            e.PhoneRegistered(agent_id=n),
            e.ReadyAsked(agent_id=n, request=""),
            e.WrapUpEndAsked(agent_id=n, request=""),
        ]
        hindering = [
            e.PauseAsked(agent_id=n, reason="lunch", request=""),
            e.PhoneGone(agent_id=n),
            e.LogOffAsked(agent_id=n, request=""),
        ]
        return self.dice.choice(useful if self.dice.random() < 0.8 else hindering)

    def _run(self) -> e.Event:
        n, roll = self.dice.randrange(1, RUNS + 1), self.dice.random()
        if roll < 0.6:
            first, self.items = self.items + 1, self.items + 5
            items = tuple(item(i, run=n) for i in range(first, self.items + 1))
            return e.HopperFilled(run_id=n, items=items, fresh_left=True, next_due_utc_s=None)
        if roll < 0.8:
            return e.CampaignChanged(campaign=self._campaign(n))
        return self.dice.choice([e.RunPauseAsked, e.RunUnpauseAsked, e.RunUnpauseAsked])(run_id=n, request="")


@pytest.mark.covers("I42", "I21", "I24")
@pytest.mark.parametrize("seed", range(8))
def test_a_floor_s_index_says_what_a_recount_says_after_every_event(seed: int) -> None:
    day = Day(seed)
    floor = day.floor
    waited = given = 0
    for _ in range(1_500):
        day.step()
        index_is_true(floor)
        waited += any(run.waiting for run in floor.runs.values())
        given += any(call.state is CallState.OFFERED for call in floor.calls.values())
    assert min(waited, given) > 10, "it was a day on which something happened"


def index_is_true(floor: Floor) -> None:
    free = {a.agent_id: a.since_s for a in floor.agents.values() if a.state is AgentState.AVAILABLE}
    assert floor.idle.since_s == free
    staff = {run.run_id: set(run.campaign.agent_ids) for run in floor.runs.values()}
    for run in floor.runs.values():
        assert floor.idle.in_line(run.run_id) == recount(staff, free, run.run_id)
        for other in floor.runs:
            assert floor.idle.shared(run.run_id, other) == len(staff[run.run_id] & staff[other] & set(free))
        mine = [call for call in floor.calls.values() if call.run_id == run.run_id]
        waits = {call.call: call.answered_utc_s or 0.0 for call in mine if call.state is CallState.WAITING}
        assert set(run.waiting) == set(waits)
        line = [name for _, name in run.waiting.line]
        assert line == sorted(line, key=lambda name: (waits[name], name))
        assert all(floor.calls[name].hint is not None for name in waits if name not in line)
        assert not line or not floor.idle.count(run.run_id), "somebody waits beside a free agent"
