"""What one event costs in the core, alone: a floor with 10, 100 and 1,000 agents at work, on a store in memory that
answers at once.

The cost must not grow with the agents faster than their logarithm (I42: nothing that is done at each event may look at
all agents).
"""

from collections import deque
from collections.abc import Mapping
from random import Random
from statistics import quantiles
from time import perf_counter

from busyhour.bench.machine import commit, machine
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model.campaign import Campaign, Hours, Trunk
from busyhour.core.model.pictures import AgentProfile, HopperItem, PbxPicture, RunPicture
from busyhour.core.model.values import DialMode, EndCause

AGENTS = (10, 100, 1_000)
EVENTS = 30_000
WARM_UP = 3_000
STEP_S = 0.005
UTC_S = 1_790_078_400.0


class _Traffic:
    """Answers the floor's commands with the events that follow from them, one after another."""

    def __init__(self, agents: int) -> None:
        self.floor = Floor()
        self.now_s = 0.0
        self.spent_us: list[float] = []
        self._dice = Random(agents)  # noqa: S311 the same work each time
        self._events: deque[e.Event] = deque()
        self._items = 0
        ids = tuple(range(1, agents + 1))
        campaign = Campaign(
            campaign_id=1,
            name="bench",
            dial_mode=DialMode.PROGRESSIVE,
            max_concurrent=2 * agents,
            acw_max_s=1.0,
            callee_hours=Hours(),
            trunk_ids=(1,),
            agent_ids=ids,
        )
        started = e.FloorStarted(
            tenant=1,
            fence=1,
            agents=tuple(AgentProfile(agent_id=n, name=str(n)) for n in ids),
            trunks=(Trunk(trunk_id=1, name="t", endpoint="t", capacity=2 * agents),),
            runs=(RunPicture(run_id=1, campaign=campaign, state="running", started_utc_s=UTC_S),),
            calls=(),
            pbx=PbxPicture(boot="one"),
        )
        self.handle(started)
        for agent_id in ids:
            self.handle(e.AgentLinked(agent_id=agent_id, session="tab"))
            self.handle(e.PhoneRegistered(agent_id=agent_id))
            self.handle(e.ReadyAsked(agent_id=agent_id, request=""))

    def step(self) -> None:
        self.handle(self._events.popleft() if self._events else e.ClockTicked())

    def handle(self, event: e.Event) -> None:
        self.now_s += STEP_S
        began = perf_counter()
        commands = self.floor.handle(e.Instant(self.now_s, UTC_S + self.now_s), event)
        self.spent_us.append((perf_counter() - began) * 1e6)
        self.floor.take_touched()
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
        items = (
            HopperItem(call=f"c1-{n:032x}", member_id=n, contact_id=n, list_id=1, attempt_no=1, number=f"+1{n:010d}")
            for n in range(first, self._items + 1)
        )
        return e.HopperFilled(run_id=1, items=tuple(items), fresh_left=True, next_due_utc_s=None)


def bench_core() -> Mapping[str, object]:
    """Figures by number of agents."""
    about = machine()
    figures: dict[str, object] = {}
    means: dict[int, float] = {}
    for agents in AGENTS:
        traffic = _Traffic(agents)
        for _ in range(WARM_UP):
            traffic.step()
        traffic.spent_us.clear()
        for _ in range(EVENTS):
            traffic.step()
        spent = traffic.spent_us
        cuts = quantiles(spent, n=100)
        means[agents] = sum(spent) / len(spent)
        figures[f"agents_{agents}"] = {
            "us_per_event": round(means[agents], 2),
            "events_per_s": round(1e6 / means[agents]),
            "decision_us_p50": round(cuts[49], 2),
            "decision_us_p99": round(cuts[98], 2),
        }
    figures["growth_10_to_1000"] = round(means[1_000] / means[10], 2)
    return {**figures, "machine": about, "commit": commit()}
