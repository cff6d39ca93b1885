"""One tenant's contact center for programs made for OpenSIPS: what they see, what they ask, and what they are told.

It follows the tenant's live feed for as long as it runs, because counters and reports of status are about what changed.
Lists are made from a picture of this moment.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.core.model.queue import Dispatch
from busyhour.service.center_counters import ALL_FLOWS, Counters, Figure
from busyhour.service.center_names import Names, names_of
from busyhour.service.center_pictures import AgentReport, AgentStatus, CenterPicture
from busyhour.service.center_seen import Seen
from busyhour.service.center_shown import picture_of, report_of
from busyhour.service.errors import Conflict, NotFound, StoreDown, Unavailable
from busyhour.service.ports import Clock, Directory, Floors, Queues

AGAIN_S: Final = 1.0  # until a feed that ended is asked for once more
PICTURE_KEPT_S: Final = 0.1  # of a large floor it costs several ms, and any number of clients may ask
NAMES_KEPT_S: Final = 5.0  # queues and agents may be called otherwise after it
SESSION: Final = "management"  # the desk of an agent who was logged on without one

log = structlog.get_logger("center")


class Center:
    """`run` it; then ask."""

    def __init__(self, tenant: int, *, floors: Floors, queues: Queues, directory: Directory, clock: Clock) -> None:
        self.tenant = tenant
        self.on_report: Callable[[AgentReport], None] = lambda _: None
        self.flow_counters, self.agent_counters = Counters(), Counters()
        self._floors, self._queues, self._directory, self._clock = floors, queues, directory, clock
        self._seen = Seen()
        self._names = Names()
        self._names_until_s = 0.0
        self._picture: CenterPicture | None = None
        self._picture_until_s = 0.0
        self._talking: dict[str, int] = {}
        self._told: dict[int, AgentReport] = {}
        self._began = False

    # The feed

    async def run(self) -> None:
        """Until cancelled. A feed ends when its reader was too slow, or when the engine begins anew."""
        while True:
            try:
                await self.names()
                async with self._floors.subscribe(self.tenant, at_once=True) as feed:
                    async for message in feed:
                        self._take(message)
            except (NotFound, StoreDown, Unavailable) as fault:
                log.info("center waits for its floor", tenant=self.tenant, fault=str(fault))
            await asyncio.sleep(AGAIN_S)

    def _take(self, message: bytes) -> None:
        touched = self._seen.read(message)
        for kind, name in sorted(touched):
            if kind == "queues":
                self._count_flow(name)
            else:
                self._count_agent(name)
                self._report(int(name))
        self._began = True

    def _count_flow(self, name: str) -> None:
        queue = self._seen.queues.get(int(name))
        if queue is None:
            return
        by = self.flow_counters.note(name, queue.figures)
        ended = by.pop(Figure.ANSWERED, 0.0) - (queue.talking - self._talking.get(name, queue.talking))
        self._talking[name] = queue.talking
        by[Figure.ANSWERED] = by[Figure.TALKS] = max(0.0, ended)
        by[Figure.CHATS] = by[Figure.ANSWERED] if self._seen.is_chat(queue.queue_id) else 0.0
        self.flow_counters.add(name, by)
        self.flow_counters.add(ALL_FLOWS, by)

    def _count_agent(self, name: str) -> None:
        agent = self._seen.agents.get(int(name))
        if agent is not None:
            by = self.agent_counters.note(name, agent.figures)
            by[Figure.TALKS] = by.get(Figure.ANSWERED, 0.0)
            self.agent_counters.add(name, by)

    def _report(self, agent_id: int) -> None:
        report = report_of(self._seen, self._names, agent_id)
        if report is None:
            return
        before = self._told.get(agent_id)
        self._told[agent_id] = report
        same = before is not None and unending(before) == unending(report)
        if self._began and not same and (before is not None or report.status is not AgentStatus.OFFLINE):
            self.on_report(report)

    # What there is

    async def names(self) -> Names:
        if self._clock.now().mono_s >= self._names_until_s:
            await self.reload()
        return self._names

    async def reload(self) -> None:
        """Read from the store again how queues and agents are called. Raises `StoreDown`."""
        queues, agents = await self._queues.queues(self.tenant), await self._directory.agents(self.tenant)
        self._names, self._picture = names_of(queues, agents), None
        self._names_until_s = self._clock.now().mono_s + NAMES_KEPT_S

    async def picture(self) -> CenterPicture:
        """As it is now, or was a moment ago; what was asked here before is seen."""
        names, now = await self.names(), self._clock.now()
        if self._picture is None or now.mono_s >= self._picture_until_s:
            self._picture = picture_of(self._look(), names, now.utc_s, self.flow_counters, self.agent_counters)
            self._picture_until_s = now.mono_s + PICTURE_KEPT_S
        return self._picture

    def _look(self) -> Seen:
        seen = Seen()
        seen.read(self._floors.snapshot(self.tenant))
        return seen

    # What is asked

    async def log_in(self, agent_id: int, on: bool) -> None:
        """Who has a desk open is made ready; who has none is logged on without one, which needs a SIP phone."""
        seen = self._look()
        agent = seen.agents.get(agent_id)
        if agent is None:
            raise NotFound("There is no such agent on the floor.")
        if not on:
            if agent.state != AgentState.OFFLINE:
                await self._ask(lambda request: e.LogOffAsked(agent_id=agent_id, request=request))
            return
        if seen.status_of(agent) is not AgentStatus.OFFLINE:
            return
        if not agent.linked:
            self._floors.tell(self.tenant, e.AgentLinked(agent_id=agent_id, session=SESSION))
        await self._ask(lambda request: e.ReadyAsked(agent_id=agent_id, request=request))

    async def release(self, agent_id: int) -> None:
        """End whatever the agent has in hand, so that they can be given a call again (OC-124)."""
        with suppress(Conflict):  # no call in hand
            await self._ask(lambda request: e.HangUpAsked(agent_id=agent_id, request=request))
        with suppress(Conflict):  # no wrap-up
            await self._ask(lambda request: e.WrapUpEndAsked(agent_id=agent_id, request=request))

    async def assign(self, call: str, agent_id: int) -> None:
        """Raises `Conflict` with the code of a `NotGiven`."""
        await self._ask(lambda request: e.AssignAsked(call=call, agent_id=agent_id, request=request))

    async def _ask(self, make: Callable[[str], e.Event]) -> None:
        """What is seen next is what came of it."""
        await self._floors.ask(self.tenant, make)
        self._picture = None

    async def dispatching(self) -> bool:
        """Whether all queues give their calls to agents themselves."""
        return all(queue.dispatch is Dispatch.INTERNAL for queue in (await self.names()).queues.values())

    async def set_dispatching(self, internal: bool) -> None:
        await self.reload()
        wanted = Dispatch.INTERNAL if internal else Dispatch.EXTERNAL
        for queue in self._names.queues.values():
            if queue.dispatch is not wanted:
                saved = await self._queues.save_queue(self.tenant, msgspec.structs.replace(queue, dispatch=wanted))
                self._floors.tell(self.tenant, e.QueueChanged(queue=saved))
        await self.reload()

    def reset_counters(self, which: Sequence[tuple[str, str, str]] | None) -> None:
        """Each as whose (all, flow, agent), their id, and the figure; None: all of them. Means are kept."""
        self._picture = None
        if which is None:
            self.flow_counters.reset_all(means=False)
            self.agent_counters.reset_all(means=False)
            return
        queue_ids = {flow: queue_id for queue_id, flow in self._names.flows.items()}
        for whose, name, figure in which:
            if whose == "agent":
                self.agent_counters.reset(str(self._names.agent_ids.get(name, "")), figure)
            else:
                self.flow_counters.reset(str(queue_ids.get(name, "")) if whose == "flow" else ALL_FLOWS, figure)

    def reset(self) -> None:
        """Counters, means, and calls processed (OC-093)."""
        self._picture = None
        self.flow_counters.reset_all(means=True)
        self.agent_counters.reset_all(means=True)


def unending(report: AgentReport) -> AgentReport:
    """But for when it ends: that alone is no other status."""
    return msgspec.structs.replace(report, wrapup_ends_utc_s=None)
