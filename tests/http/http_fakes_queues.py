"""The port `Queues` in memory, over the tables of `FakeDirectory`."""

from collections.abc import Mapping

import msgspec

from busyhour.core.model.callers import Callback, CallbackRule
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import Destination, DestinationKind, Queue
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.errors import Conflict
from tests.http.http_fakes_people import FakeDirectory

replace = msgspec.structs.replace


class FakeQueues:
    """`page_rows`: so few rows fit a page of callers."""

    def __init__(self, directory: FakeDirectory) -> None:
        self.directory = directory
        self.page_rows = 1000
        self.settings: dict[int, cr.InboundSettings] = {}

    async def queues(self, tenant: int) -> list[Queue]:
        return list(self.directory.table("queue", tenant).values())

    async def save_queue(self, tenant: int, queue: Queue) -> Queue:
        others = self.directory.table("queue", tenant).values()
        if any(one.name == queue.name and one.queue_id != queue.queue_id for one in others):
            raise Conflict("There is a queue of this name.", field="name")
        queue_id = queue.queue_id or next(self.directory.ids)
        return self.directory._keep("queue", tenant, queue_id, replace(queue, queue_id=queue_id))

    async def delete_queue(self, tenant: int, queue_id: int) -> None:
        self.directory._one("queue", tenant, queue_id)
        for row in self.directory.table("dialed_number", tenant).values():
            if Destination(DestinationKind.QUEUE, str(queue_id)) in row.treatment.to:
                raise Conflict(f"The number {row.pattern} leads to it.")
        self.directory._drop("queue", tenant, queue_id)

    async def inbound(self, tenant: int) -> cr.InboundSettings:
        return self.settings.get(tenant, cr.InboundSettings())

    async def save_inbound(self, tenant: int, settings: cr.InboundSettings) -> None:
        self.settings[tenant] = settings

    async def dialed_numbers(self, tenant: int) -> list[cr.DialedNumberRow]:
        return list(self.directory.table("dialed_number", tenant).values())

    async def save_dialed_number(self, tenant: int, number: cr.DialedNumberRow) -> cr.DialedNumberRow:
        number_id = number.number_id or next(self.directory.ids)
        return self.directory._keep("dialed_number", tenant, number_id, replace(number, number_id=number_id))

    async def delete_dialed_number(self, tenant: int, number_id: int) -> None:
        self.directory._drop("dialed_number", tenant, number_id)

    async def set_skills(self, tenant: int, agent_id: int, skills: Mapping[str, int]) -> None:
        agent = self.directory._one("agent", tenant, agent_id)
        self.directory._keep("agent", tenant, agent_id, replace(agent, skills=dict(skills)))

    async def callers(
        self, tenant: int, which: cr.CallerFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        rows = [row for row in self.directory.table("caller", tenant).values() if _fits(row, which)]
        start, size = int(cursor or 0), min(limit, self.page_rows)
        end = start + size
        return r.Page(rows=tuple(rows[start:end]), cursor=str(end) if end < len(rows) else None)

    async def caller(self, tenant: int, call: str) -> cr.CallerRow:
        return self.directory._one("caller", tenant, call)

    async def callbacks(self, tenant: int, *, open_only: bool = True, limit: int = 200) -> list[Callback]:
        return list(self.directory.table("callback", tenant).values())[:limit]

    async def queue_figures(
        self, tenant: int, queue_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[cr.QueueFigures]:
        rows: list[cr.QueueFigures] = list(self.directory.table("queue_figures", tenant).values())
        return [row for row in rows if from_utc_s <= row.from_utc_s < until_utc_s and queue_id in {None, row.queue_id}]

    # What only the tests put in

    async def add_rows(self, tenant: int) -> dict[str, object]:
        """One of each noun; answers their ids."""
        queue = await self.save_queue(tenant, Queue(queue_id=0, name="Sales"))
        to = (Destination(DestinationKind.QUEUE, str(queue.queue_id)),)
        # Another queue, so that this one can be deleted.
        spare = await self.save_queue(tenant, Queue(queue_id=0, name="Spare"))
        number = await self.save_dialed_number(
            tenant, cr.DialedNumberRow(number_id=0, pattern="+3906123", treatment=Treatment(to=to))
        )
        caller = self.add_caller(tenant, queue)
        callback = Callback(
            callback=f"k{tenant}",
            queue_id=queue.queue_id,
            number="+390612345678",
            rule=CallbackRule(),
            since_utc_s=self.directory.clock.utc_s,
            promised_utc_s=self.directory.clock.utc_s,
        )
        self.directory._keep("callback", tenant, callback.callback, callback)
        ids: dict[str, object] = {"queue_id": spare.queue_id, "number_id": number.number_id}
        return ids | {"caller": caller.call, "callback": callback.callback}

    def add_caller(self, tenant: int, queue: Queue, **more: object) -> cr.CallerRow:
        plain = dict.fromkeys(cr.CallerRow.__struct_fields__) | {
            "call": f"i{tenant}-{next(self.directory.ids)}.7",
            "dialed": "+3906123",
            "number": "+390612345678",
            "name": "=Ada",
            "queue_id": queue.queue_id,
            "queue_name": queue.name,
            "arrived_utc_s": self.directory.clock.utc_s - 60,
            "wait_s": 12.5,
            "outcome": "ABANDONED",
            "callback": False,
            "why": "hung up",
        }
        row = msgspec.convert(plain | more, cr.CallerRow)
        return self.directory._keep("caller", tenant, row.call, row)

    def add_figures(self, tenant: int, queue: Queue, bucket: int, counts: QueueCounts) -> None:
        row = cr.QueueFigures(queue_id=queue.queue_id, queue_name=queue.name, from_utc_s=bucket * 900.0, counts=counts)
        self.directory._keep("queue_figures", tenant, (queue.queue_id, bucket), row)


def _fits(row: cr.CallerRow, which: cr.CallerFilter) -> bool:
    return (
        which.outcome in {None, row.outcome}
        and which.queue_id in {None, row.queue_id}
        and (which.number is None or which.number in row.number)
    )
