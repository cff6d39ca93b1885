"""What one event costs in the core, alone: floors with 10 to 10,000 agents at work, on a store in memory that answers
at once; one decision for an agent on such a floor, with as many calls waiting as there are agents; and decisions of
routing by skill (`skills_...`, `bench/routing.py`).

The cost must not grow with the agents faster than their logarithm (I42: nothing that is done at each event may look at
all agents). Times are the processor's, so they do not depend on what else the machine does.
"""

from collections import deque
from collections.abc import Mapping
from random import Random
from statistics import quantiles
from time import process_time

from busyhour.bench.machine import commit, machine
from busyhour.bench.routing import bench_routing
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.campaign import Campaign, Hours, Trunk
from busyhour.core.model.pictures import AgentProfile, ChannelPicture, HopperItem, OpenCall, PbxPicture, RunPicture
from busyhour.core.model.values import DialMode, EndCause

AGENTS = (10, 100, 1_000, 10_000)
EVENTS = 30_000
WARM_UP_PER_AGENT = 8  # events: all of them have had a call by then
DECISIONS = 2_000
QUEUED = 10_000  # calls that wait while agents become free
WORK_S = 0.5  # between two events of one agent: so the load of an agent is the same on each floor
LONG_S = 86_400.0
UTC_S = 1_790_078_400.0


class _Traffic:
    """Answers the floor's commands with the events that follow from them, one after another."""

    def __init__(self, agents: int, calls: tuple[OpenCall, ...] = ()) -> None:
        self.floor = Floor()
        self.now_s = 0.0
        self.spent_us: list[float] = []
        self._step_s = WORK_S / agents
        self._dice = Random(agents)  # noqa: S311 the same work each time
        self._events: deque[e.Event] = deque()
        self._items = 0
        ids = tuple(range(1, agents + 1))
        self.handle(_start(ids, calls))
        for agent_id in ids:
            self.handle(e.AgentLinked(agent_id=agent_id, session="tab"))
            self.handle(e.PhoneRegistered(agent_id=agent_id))

    def ready(self) -> None:
        for agent_id in self.floor.agents:
            self.handle(e.ReadyAsked(agent_id=agent_id, request=""))

    def step(self) -> None:
        """The next event; when none is under way, the next deadline."""
        if self._events:
            self.handle(self._events.popleft())
            return
        due_s = self.floor.next_deadline_s()
        assert due_s is not None, "the floor stands still"
        self.now_s = max(self.now_s, due_s)
        self.handle(e.ClockTicked())

    def handle(self, event: e.Event) -> None:
        self.now_s += self._step_s
        began_s = process_time()
        commands = self.floor.handle(e.Instant(self.now_s, UTC_S + self.now_s), event)
        self.floor.take_touched()
        self.spent_us.append((process_time() - began_s) * 1e6)
        for command in commands:
            self._follow(command)

    def _follow(self, command: c.Command) -> None:
        at = UTC_S + self.now_s
        match command:
            case c.FillHopper(want=want):
                self._events.append(self._filled(want))
            case c.PlaceCall(item=item):
                self._events.extend((e.CallCommitted(call=item.call), e.CallSent(call=item.call)))
                self._events.append(e.CallRang(call=item.call, at_utc_s=at))
                if self._dice.random() < 0.6:
                    self._events.append(e.CallAnswered(call=item.call, at_utc_s=at))
                else:
                    self._events.append(e.CallEnded(call=item.call, cause=EndCause.BUSY, at_utc_s=at))
            case c.RingAgent(leg=leg):
                self._events.append(e.LegAnswered(leg=leg, at_utc_s=at))
            case c.Join(call=call, leg=leg):
                self._events.append(e.CallJoined(call=call, leg=leg, at_utc_s=at))
                self._events.append(e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=at))
            case c.HangUpCall(call=call):
                self._events.append(e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=at))
            case _:
                pass

    def _filled(self, want: int) -> e.HopperFilled:
        first, self._items = self._items + 1, self._items + want
        items = (_item(n) for n in range(first, self._items + 1))
        return e.HopperFilled(run_id=1, items=tuple(items), fresh_left=True, next_due_utc_s=None)


def _start(ids: tuple[int, ...], calls: tuple[OpenCall, ...]) -> e.FloorStarted:
    campaign = Campaign(
        campaign_id=1,
        name="bench",
        dial_mode=DialMode.PROGRESSIVE,
        max_concurrent=2 * len(ids),
        answer_wait_max_s=LONG_S,
        acw_max_s=1.0,
        callee_hours=Hours(),
        trunk_ids=(1,),
        agent_ids=ids,
    )
    channels = tuple(ChannelPicture(channel=call.item.call, answered=True) for call in calls)
    return e.FloorStarted(
        tenant=1,
        fence=1,
        agents=tuple(AgentProfile(agent_id=n, name=str(n)) for n in ids),
        trunks=(Trunk(trunk_id=1, name="t", endpoint="t", capacity=2 * len(ids)),),
        runs=(RunPicture(run_id=1, campaign=campaign, state="running", started_utc_s=UTC_S),),
        calls=calls,
        pbx=PbxPicture(boot="one", channels=channels),
    )


def _item(n: int) -> HopperItem:
    return HopperItem(call=f"c1-{n:032x}", member_id=n, contact_id=n, list_id=1, attempt_no=1, number=f"+1{n:010d}")


def _events(agents: int) -> list[float]:
    """What each event of a busy floor costs, in microseconds."""
    traffic = _Traffic(agents)
    traffic.ready()
    for _ in range(WARM_UP_PER_AGENT * agents):
        traffic.step()
    traffic.spent_us.clear()
    for _ in range(EVENTS):
        traffic.step()
    return traffic.spent_us


def _decisions() -> list[float]:
    """What it costs to find the call for an agent who becomes free, with `QUEUED` calls in line, in microseconds."""
    waiting = tuple(
        OpenCall(
            item=_item(n),
            run_id=1,
            campaign_id=1,
            trunk_id=1,
            state="answered",
            intent_utc_s=UTC_S,
            answered_utc_s=UTC_S,
        )
        for n in range(1, QUEUED + 1)
    )
    traffic = _Traffic(QUEUED, waiting)
    traffic.ready()  # their legs are rung, and not up yet
    legs = [agent.leg for agent in traffic.floor.agents.values() if agent.leg is not None]
    traffic.spent_us.clear()
    for leg in legs[:DECISIONS]:
        traffic.handle(e.LegAnswered(leg=leg, at_utc_s=UTC_S))
    given = sum(call.agent_id is not None for call in traffic.floor.calls.values())
    assert given == DECISIONS, f"{given} calls were given to an agent"
    return traffic.spent_us


def _figures(spent_us: list[float]) -> dict[str, float]:
    cuts = quantiles(spent_us, n=100)
    mean_us = sum(spent_us) / len(spent_us)
    return {
        "us_per_event": round(mean_us, 2),
        "events_per_s": round(1e6 / mean_us),
        "decision_us_p50": round(cuts[49], 2),
        "decision_us_p99": round(cuts[98], 2),
    }


def bench_core() -> Mapping[str, object]:
    """Figures by number of agents, and for routing by skill by number of agents who are free and calls that wait."""
    about = machine()
    figures = {agents: _figures(_events(agents)) for agents in AGENTS}
    return {
        **{f"agents_{agents}": found for agents, found in figures.items()},
        f"routing_{QUEUED}_queued": _figures(_decisions()),
        **bench_routing(),
        "growth_10_to_1000": round(figures[1_000]["us_per_event"] / figures[10]["us_per_event"], 2),
        "growth_10_to_10000": round(figures[10_000]["us_per_event"] / figures[10]["us_per_event"], 2),
        "machine": about,
        "commit": commit(),
    }
