"""Recordings: written by the engine step by step, collected, listed, and erased when their time is over."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import cursors
from busyhour.adapters.sql import tables as t
from busyhour.adapters.sql.conflicts import found
from busyhour.adapters.sql.database import Database
from busyhour.core import commands as c
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy
from busyhour.core.model.values import Audited
from busyhour.service import recording_records as rr
from busyhour.service import records as r
from busyhour.service.errors import Conflict

R = t.recording.c

# What has ended stays as it ended: so writing anything again changes nothing.
SAVE_RECORDING = """
INSERT INTO recording AS r (recording, call, agent_id, campaign_id, queue_id, policy, why, fault, began_utc_s,
    ended_utc_s, picture, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $10::float8 IS NULL THEN 'open' ELSE 'ended' END)
ON CONFLICT (tenant_id, recording) DO UPDATE SET agent_id = excluded.agent_id, queue_id = excluded.queue_id,
    policy = excluded.policy, why = excluded.why, fault = excluded.fault, ended_utc_s = excluded.ended_utc_s,
    picture = excluded.picture, state = excluded.state
WHERE r.ended_utc_s IS NULL
"""
OPEN = sa.select(R.picture).where(R.ended_utc_s.is_(None)).order_by(R.began_utc_s, R.recording)
RULE = sa.select(t.tenant.c.recording, t.tenant.c.recording_days)
CALLED = sa.select(t.attempt.c.number).where(t.attempt.c.call == R.call).scalar_subquery()
CAME = sa.select(t.caller.c.number).where(t.caller.c.call == R.call).scalar_subquery()
NUMBER = sa.func.coalesce(CALLED, CAME)
SHOWN: Final = tuple(R[name] for name in rr.RecordingRow.__struct_fields__ if name in R)
ROWS = (
    sa.select(
        *SHOWN,
        NUMBER.label("number"),
        t.app_user.c.name.label("agent_name"),
        t.campaign.c.name.label("campaign_name"),
        t.queue.c.name.label("queue_name"),
    )
    .select_from(t.recording)
    .outerjoin(t.agent, t.agent.c.agent_id == R.agent_id)
    .outerjoin(t.app_user, t.app_user.c.user_id == t.agent.c.user_id)
    .outerjoin(t.campaign, t.campaign.c.campaign_id == R.campaign_id)
    .outerjoin(t.queue, t.queue.c.queue_id == R.queue_id)
)
NEWEST = (R.began_utc_s.desc(), R.recording.desc())
# A campaign or a queue may want less than the contact center; `least` leaves out who says nothing.
OVERDUE = sa.text("""
SELECT r.recording FROM recording r CROSS JOIN tenant n
LEFT JOIN campaign k ON k.campaign_id = r.campaign_id LEFT JOIN queue q ON q.queue_id = r.queue_id
WHERE r.state IN ('kept', 'lost') AND NOT r.held AND r.ended_utc_s < :now - 86400.0 * least(n.recording_days,
    (k.settings ->> 'recording_days')::integer, (q.definition ->> 'recording_days')::integer)
ORDER BY r.began_utc_s LIMIT :limit
""")
FOUND = sa.text("""
INSERT INTO recording (recording, call, policy, why, fault, began_utc_s, ended_utc_s, picture, state)
VALUES (:recording, :call, 'always', 'Found on the disk: the engine that recorded it died before it was noted.', '',
    :began_utc_s, :ended_utc_s, CAST(:picture AS jsonb), 'ended')
ON CONFLICT DO NOTHING
""")


def saved(one: c.SaveRecording) -> list[tuple[Any, ...]]:
    p = one.recording
    whose = (p.recording, p.call, p.agent_id, p.campaign_id, p.queue_id)
    picture = msgspec.json.encode(p).decode()
    return [(*whose, p.policy, p.why, p.fault, p.began_utc_s, p.ended_utc_s, picture)]


async def read_open(connection: AsyncConnection) -> dict[str, Any]:
    """These fields of a `FloorPicture`."""
    pictures = (await connection.execute(OPEN)).scalars()
    rule = (await connection.execute(RULE)).one()
    return {
        "recordings": tuple(msgspec.convert(one, RecordingPicture) for one in pictures),
        "recording_rule": RecordingPolicy(rule.recording),
    }


class SqlRecordings:
    """Implements `service.recording_ports.Recordings`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def rule(self, tenant: int) -> rr.RecordingRule:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(RULE)).one()
        return rr.RecordingRule(recording=RecordingPolicy(row.recording), recording_days=row.recording_days)

    async def set_rule(self, tenant: int, rule: rr.RecordingRule) -> None:
        values = {"recording": rule.recording, "recording_days": rule.recording_days}
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(sa.update(t.tenant).values(values))

    async def recordings(
        self, tenant: int, which: rr.RecordingFilter, *, cursor: str | None = None, limit: int = 100
    ) -> r.Page:
        limit = cursors.bounded(limit)
        asked = ROWS.where(*_conditions(which)).order_by(*NEWEST).limit(limit + 1)
        if cursor:
            place = cursors.decode(cursor, tuple[float, str])
            asked = asked.where(sa.tuple_(R.began_utc_s, R.recording) < sa.tuple_(*place))
        async with self.database.tenant_transaction(tenant) as connection:
            rows = [_row(row) for row in (await connection.execute(asked)).mappings()]
        last = rows[limit - 1] if len(rows) > limit else None
        return r.Page(
            rows=tuple(rows[:limit]), cursor=cursors.encode(last.began_utc_s, last.recording) if last else None
        )

    async def recording(self, tenant: int, recording: str) -> rr.RecordingRow:
        async with self.database.tenant_transaction(tenant) as connection:
            row = (await connection.execute(ROWS.where(R.recording == recording))).mappings().first()
        return _row(found(row, "recording"))

    async def peaks(self, tenant: int, recording: str) -> bytes:
        asked = sa.select(R.peaks).where(R.recording == recording, R.state == "kept")
        async with self.database.tenant_transaction(tenant) as connection:
            return bytes(found((await connection.execute(asked)).scalar(), "recording"))

    # Collecting

    async def to_collect(self, tenant: int, *, ended_before_utc_s: float, limit: int) -> list[RecordingPicture]:
        asked = sa.select(R.picture).where(R.state == "ended", R.ended_utc_s < ended_before_utc_s).limit(limit)
        async with self.database.tenant_transaction(tenant) as connection:
            return [msgspec.convert(one, RecordingPicture) for one in (await connection.execute(asked)).scalars()]

    async def collected(self, tenant: int, one: rr.Collected) -> None:
        values = msgspec.to_builtins(one, builtin_types=(bytes,)) | {"state": "kept" if one.size_bytes else "lost"}
        del values["recording"]
        change = sa.update(t.recording).where(R.recording == one.recording, R.state == "ended").values(values)
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(change)

    async def found(self, tenant: int, picture: RecordingPicture) -> None:
        values = {name: getattr(picture, name) for name in ("recording", "call", "began_utc_s", "ended_utc_s")}
        values["picture"] = msgspec.json.encode(picture).decode()
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(FOUND, values)

    async def states(self, tenant: int, recordings: Sequence[str]) -> dict[str, str]:
        asked = sa.select(R.recording, R.state).where(R.recording.in_(recordings))
        async with self.database.tenant_transaction(tenant) as connection:
            return {row.recording: row.state for row in await connection.execute(asked)}

    # Erasing

    async def overdue(self, tenant: int, *, now_utc_s: float, limit: int) -> list[str]:
        async with self.database.tenant_transaction(tenant) as connection:
            return list((await connection.execute(OVERDUE, {"now": now_utc_s, "limit": limit})).scalars())

    async def erasing(self, tenant: int, *, limit: int) -> list[RecordingPicture]:
        asked = sa.select(R.picture).where(R.state == "erasing").limit(limit)
        async with self.database.tenant_transaction(tenant) as connection:
            return [msgspec.convert(one, RecordingPicture) for one in (await connection.execute(asked)).scalars()]

    async def erase(self, tenant: int, recording: str, *, user_id: int | None, address: str, why: str) -> None:
        """From now on nobody can hear it. The sound itself is deleted after this, and `erased` says when it was."""
        gone = {"state": "erasing", "peaks": None, "marks": None, "sha256": None, "erased_utc_s": time.time()}
        change = (
            sa.update(t.recording)
            .where(R.recording == recording, R.state.in_(("kept", "lost")), ~R.held)
            .values(gone)
            .returning(R.call)
        )
        async with self.database.tenant_transaction(tenant) as connection:
            call = (await connection.execute(change)).scalar()
            if call is None:
                raise Conflict("It is held, or not complete yet, or erased already. Reload the page.")
            await _note(connection, Audited.RECORDING_ERASED, recording, call, user_id, address, {"why": why})

    async def erased(self, tenant: int, recording: str) -> None:
        change = sa.update(t.recording).where(R.recording == recording, R.state == "erasing").values(state="erased")
        async with self.database.tenant_transaction(tenant) as connection:
            await connection.execute(change)

    async def hold(self, tenant: int, recording: str, *, held: bool, user_id: int, address: str) -> None:
        change = sa.update(t.recording).where(R.recording == recording, R.state != "erased").values(held=held)
        async with self.database.tenant_transaction(tenant) as connection:
            call = found((await connection.execute(change.returning(R.call))).scalar(), "recording")
            what = Audited.RECORDING_HELD if held else Audited.RECORDING_RELEASED
            await _note(connection, what, recording, call, user_id, address, {})

    async def note(self, tenant: int, row: rr.RecordingRow, what: Audited, *, user_id: int, address: str) -> None:
        async with self.database.tenant_transaction(tenant) as connection:
            await _note(connection, what, row.recording, row.call, user_id, address, {})


async def _note(
    connection: AsyncConnection,
    what: Audited,
    recording: str,
    call: str,
    user_id: int | None,
    address: str,
    after: dict[str, str],
) -> None:
    values = {"at_utc_s": time.time(), "what": what, "call": call, "number": "", "user_id": user_id}
    values |= {"address": address, "subject": f"recording {recording}", "detail": {"before": {}, "after": after}}
    await connection.execute(sa.insert(t.audit_entry).values(values))


def _conditions(which: rr.RecordingFilter) -> list[sa.ColumnElement[bool]]:
    equal = ("call", "queue_id", "campaign_id", "agent_id")
    wheres = [R[name] == value for name in equal if (value := getattr(which, name)) is not None]
    if which.number is not None:
        wheres.append(NUMBER.contains(which.number, autoescape=True))
    if which.from_utc_s is not None:
        wheres.append(R.began_utc_s >= which.from_utc_s)
    if which.until_utc_s is not None:
        wheres.append(R.began_utc_s < which.until_utc_s)
    return wheres


def _row(row: Mapping[Any, Any]) -> rr.RecordingRow:
    marks = msgspec.convert(row["marks"] or [], tuple[rr.Mark, ...])
    return rr.RecordingRow(**(dict(row) | {"marks": marks}))
