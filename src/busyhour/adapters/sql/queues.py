"""Queues, the numbers that lead to them, what agents can do; and, for the screens, what became of callers."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import callers_report as report
from busyhour.adapters.sql import cursors, queue_links
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import conflicts, found
from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.people import read_agent
from busyhour.core.acd.dialed import PATTERN_LENGTH_MAX, is_pattern
from busyhour.core.model.callers import Callback
from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue import LEVEL_MAX, SKILLS_MAX, Queue
from busyhour.service import caller_records as cr
from busyhour.service import records as r
from busyhour.service.errors import Invalid

Q, N = t.queue.c, t.dialed_number.c
QUEUES = sa.select(Q.queue_id, Q.name, Q.definition).where(~Q.hidden).order_by(Q.name, Q.queue_id)
NUMBERS = sa.select(N.number_id, N.pattern, N.label, N.treatment).order_by(N.pattern, N.number_id)
NAMED = ("queue_id", "name")  # columns beside the definition


class SqlQueues:
    """Implements `service.ports.Queues`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # Queues

    async def queues(self, tenant: int) -> list[Queue]:
        async with self.database.tenant_transaction(tenant) as connection:
            return await read_queues(connection)

    async def save_queue(self, tenant: int, queue: Queue) -> Queue:
        queue = msgspec.structs.replace(queue, name=queue.name.strip())
        if not queue.name:
            raise Invalid("Give the queue a name.", field="name")
        definition = msgspec.to_builtins(queue)
        for name in NAMED:
            del definition[name]
        values = {"name": queue.name, "definition": definition}
        async with self.database.tenant_transaction(tenant) as connection:
            await queue_links.check(connection, queue_links.links_of_queue(queue))
            with conflicts():
                if queue.queue_id == 0:
                    saved: Any = sa.insert(t.queue).values(**values, hidden=False, created_utc_s=time.time())
                else:
                    saved = sa.update(t.queue).where(Q.queue_id == queue.queue_id, ~Q.hidden).values(values)
                queue_id = (await connection.execute(saved.returning(Q.queue_id))).scalar()
        return msgspec.structs.replace(queue, queue_id=found(queue_id, "queue"))

    async def delete_queue(self, tenant: int, queue_id: int) -> None:
        """Its name is free again; the reports still have it."""
        there = sa.select(Q.queue_id).where(Q.queue_id == queue_id, ~Q.hidden)
        async with self.database.tenant_transaction(tenant) as connection:
            found((await connection.execute(there.with_for_update())).first(), "queue")
            await queue_links.refuse_if_led_to(connection, queue_id)
            await connection.execute(sa.update(t.queue).where(Q.queue_id == queue_id).values(hidden=True))

    # Of all queues together

    async def inbound(self, tenant: int) -> cr.InboundSettings:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(sa.select(t.tenant.c.ageing_s, t.tenant.c.acw_s))).one()
            return cr.InboundSettings(ageing_s=row.ageing_s, acw_s=row.acw_s)

    async def save_inbound(self, tenant: int, settings: cr.InboundSettings) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(sa.update(t.tenant).values(msgspec.structs.asdict(settings)))

    # Numbers

    async def dialed_numbers(self, tenant: int) -> list[cr.DialedNumberRow]:
        async with self.database.tenant_transaction(tenant) as connection:
            return await read_numbers(connection)

    async def save_dialed_number(self, tenant: int, number: cr.DialedNumberRow) -> cr.DialedNumberRow:
        if not is_pattern(number.pattern):
            text = f"A number is digits, X for any digit, and * at the end for any rest; {PATTERN_LENGTH_MAX} at most."
            raise Invalid(text, field="pattern")
        if not number.treatment.to:
            raise Invalid("Choose where calls to this number go.", field="treatment.to")
        values = {
            "pattern": number.pattern,
            "label": number.label.strip(),
            "treatment": msgspec.to_builtins(number.treatment),
        }
        async with self.database.tenant_transaction(tenant) as connection:
            await queue_links.check(connection, queue_links.links_of_treatment(number.treatment))
            with conflicts():
                if number.number_id == 0:
                    saved: Any = sa.insert(t.dialed_number).values(values)
                else:
                    saved = sa.update(t.dialed_number).where(N.number_id == number.number_id).values(values)
                number_id = (await connection.execute(saved.returning(N.number_id))).scalar()
        return msgspec.structs.replace(number, number_id=found(number_id, "number"), label=values["label"])

    async def delete_dialed_number(self, tenant: int, number_id: int) -> None:
        gone = sa.delete(t.dialed_number).where(N.number_id == number_id).returning(N.number_id)
        async with self.database.tenant_transaction(tenant) as connection:
            found((await connection.execute(gone)).first(), "number")

    # Skills

    async def set_skills(self, tenant: int, agent_id: int, skills: Mapping[str, int]) -> None:
        """These, and no others."""
        _check_skills(skills)
        rows = [{"agent_id": agent_id, "skill": skill, "level": level} for skill, level in skills.items()]
        async with self.database.tenant_transaction(tenant) as connection:
            await read_agent(connection, agent_id)
            await connection.execute(sa.delete(t.agent_skill).where(t.agent_skill.c.agent_id == agent_id))
            if rows:
                await connection.execute(sa.insert(t.agent_skill), rows)

    # What became of callers

    async def callers(
        self, tenant: int, which: cr.CallerFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        async with self.database.tenant_transaction(tenant) as connection:
            return await report.page(connection, which, cursor, limit)

    async def caller(self, tenant: int, call: str) -> cr.CallerRow:
        async with self.database.tenant_transaction(tenant) as connection:
            return await report.one(connection, call)

    async def callbacks(self, tenant: int, *, open_only: bool = True, limit: int = 200) -> list[Callback]:
        """The open ones in the order of their places; all, the newest promise first."""
        column = t.callback.c
        asked = sa.select(t.callback).limit(cursors.bounded(limit))
        if open_only:
            asked = asked.where(column.ended_utc_s.is_(None)).order_by(column.since_utc_s, column.callback)
        else:
            asked = asked.order_by(column.promised_utc_s.desc(), column.callback.desc())
        async with self.database.tenant_transaction(tenant) as connection:
            return [callback_of(row) for row in (await connection.execute(asked)).mappings()]

    async def queue_figures(
        self, tenant: int, queue_id: int | None, *, from_utc_s: float, until_utc_s: float
    ) -> list[cr.QueueFigures]:
        async with self.database.tenant_transaction(tenant) as connection:
            return await report.figures(connection, queue_id, from_utc_s, until_utc_s)


def _check_skills(skills: Mapping[str, int]) -> None:
    if len(skills) > SKILLS_MAX:
        raise Invalid(f"An agent has at most {SKILLS_MAX} skills.", field="skills")
    for skill, level in skills.items():
        if not skill.strip():
            raise Invalid("A skill has a name.", field="skills")
        if not 1 <= level <= LEVEL_MAX:
            raise Invalid(f"The level of {skill!r} is 1 to {LEVEL_MAX}.", field="skills")


async def read_queues(connection: AsyncConnection) -> list[Queue]:
    return [queue_of(row) for row in (await connection.execute(QUEUES)).mappings()]


async def read_numbers(connection: AsyncConnection) -> list[cr.DialedNumberRow]:
    rows = (await connection.execute(NUMBERS)).mappings()
    return [
        cr.DialedNumberRow(**(dict(row) | {"treatment": msgspec.convert(row["treatment"], Treatment)})) for row in rows
    ]


def queue_of(row: Mapping[Any, Any]) -> Queue:
    """A setting that this program does not know (written by a newer one) is left alone."""
    return msgspec.convert(row["definition"] | {name: row[name] for name in NAMED}, Queue)


def callback_of(row: Mapping[Any, Any]) -> Callback:
    return msgspec.convert(row["picture"], Callback)
