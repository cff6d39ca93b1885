"""Whom to call next: first members that are due, then fresh contacts in list order (AD-009, WD-092, WD-093).

Fresh contacts are read beyond each list's high-water mark, a bounded number at a time, and each becomes a member: taken
(an item of the answer), waiting (scheduled, or out of the callee's hours) or final (on a do-not-call list).
"""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from busyhour.adapters.sql import campaigns
from busyhour.adapters.sql.intents import zones_of
from busyhour.core.commands import FillHopper
from busyhour.core.dialer.hours import is_open_everywhere, next_open
from busyhour.core.events import HopperFilled, Instant
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Outcome

LOOK_MAX = 5_000  # contacts looked at in one filling: a night of sleeping callees must not hold the transaction long
WANT_MAX = 5_000
SMALL = 100  # a bigger wish is met by ENOUGH of it, rather than by one more round for the few that were skipped
ENOUGH = 0.75

THE_RUN = sa.text("SELECT campaign_id FROM run WHERE run_id = :run_id AND ended_utc_s IS NULL")
POINTS = """CROSS JOIN LATERAL (
    SELECT array_agg(p.number ORDER BY p.position) AS numbers,
        jsonb_agg(to_jsonb(p.zones) ORDER BY p.position) AS zones
    FROM contact_point p WHERE p.contact_id = k.contact_id) p"""
# Outcomes of the attempts before, with their counts (DEC-1); a contact has few attempts, found by its own index.
EARLIER = """(SELECT jsonb_object_agg(e.outcome, e.count) FROM (
    SELECT a.outcome, count(*) FROM attempt a
    WHERE a.contact_id = m.contact_id AND a.member_id = m.member_id AND a.state = 'final' AND a.outcome IS NOT NULL
    GROUP BY a.outcome) e)"""
TAKE_DUE = sa.text(f"""
WITH due AS (
    SELECT member_id FROM member WHERE run_id = :run_id AND state = 'waiting' AND due_utc_s <= :now
    ORDER BY due_utc_s, member_id LIMIT :want FOR NO KEY UPDATE SKIP LOCKED),
taken AS (
    UPDATE member m SET state = 'taken' FROM due WHERE m.member_id = due.member_id
    RETURNING m.member_id, m.contact_id, m.list_id, m.attempts, m.due_utc_s)
SELECT m.*, k.name, k.attributes, k.time_zone, p.numbers, p.zones,
    CASE WHEN m.attempts > 0 THEN {EARLIER} END AS earlier
FROM taken m JOIN contact k USING (contact_id) {POINTS} ORDER BY m.due_utc_s, m.member_id
""")  # noqa: S608 - made of constants
MARKS = sa.text("""
INSERT INTO run_list (run_id, list_id, high_water)
SELECT :run_id, l.list_id, 0 FROM campaign_list l
WHERE l.campaign_id = :campaign_id AND l.role = 'normal'
    AND NOT EXISTS (SELECT 1 FROM run_list h WHERE h.run_id = :run_id AND h.list_id = l.list_id)
ON CONFLICT DO NOTHING
""")
LISTS = sa.text("""
SELECT h.list_id, h.high_water FROM campaign_list l JOIN run_list h ON h.list_id = l.list_id AND h.run_id = :run_id
WHERE l.campaign_id = :campaign_id AND l.role = 'normal' ORDER BY l.position FOR UPDATE OF h
""")
FRESH = sa.text(f"""
WITH fresh AS MATERIALIZED (
    SELECT contact_id, position, name, attributes, time_zone, schedule_utc_s FROM contact
    WHERE list_id = :list_id AND position > :after ORDER BY position LIMIT :limit)
SELECT k.*, p.numbers, p.zones
FROM fresh k {POINTS} ORDER BY k.position
""")  # noqa: S608 - made of constants
# By the numbers' own index, however long the do-not-call list is.
BLACK_LISTS = sa.text("SELECT list_id FROM campaign_list WHERE campaign_id = :campaign_id AND role = 'black'")
LISTED = sa.text("""
SELECT number FROM dnc_entry WHERE number = ANY(CAST(:numbers AS text[]))
UNION SELECT number FROM contact_point
WHERE number = ANY(CAST(:numbers AS text[])) AND list_id = ANY(CAST(:black AS bigint[]))
""")
ADD_MEMBERS = sa.text("""
WITH made AS (
    INSERT INTO member (run_id, contact_id, list_id, state, due_utc_s, last_outcome, why)
    SELECT :run_id, q.contact_id, :list_id, q.state, q.due_utc_s, q.outcome, q.why
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(contact_id bigint, state text, due_utc_s float8, outcome text,
        why text)
    ON CONFLICT (tenant_id, run_id, contact_id) DO NOTHING
    RETURNING member_id, contact_id, state, last_outcome, why),
noted AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, number, contact_name, attempt_no,
        variables, state, outcome, why, retry_why, intent_utc_s, ended_utc_s)
    SELECT 'n' || m.member_id || '-0', :run_id, :campaign_id, m.member_id, m.contact_id, :list_id, p.number, k.name, 1,
        k.attributes, 'final', m.last_outcome, m.why, 'not dialed', :now, :now
    FROM made m JOIN contact k ON k.contact_id = m.contact_id
    JOIN contact_point p ON p.contact_id = m.contact_id AND p.position = 0
    WHERE m.last_outcome = 'DNC'),
counted AS (
    UPDATE run SET finished = finished + n.members
    FROM (SELECT count(*) AS members FROM made WHERE state = 'final') n
    WHERE run_id = :run_id AND n.members > 0)
SELECT member_id, contact_id FROM made
""")
SET_MARK = sa.text("UPDATE run_list SET high_water = :mark WHERE run_id = :run_id AND list_id = :list_id")
PUT_BACK = sa.text("""
UPDATE member m SET state = 'waiting', due_utc_s = q.due_utc_s, why = q.why
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS q(member_id bigint, due_utc_s float8, why text)
WHERE m.member_id = q.member_id
""")
NEXT_DUE = sa.text("""
SELECT due_utc_s FROM member WHERE run_id = :run_id AND state = 'waiting' ORDER BY due_utc_s, member_id LIMIT 1
""")
NEVER_S = 86_400.0 * 365  # hours that never open: looked at again in a year


async def fill(connection: AsyncConnection, tenant: int, ask: FillHopper, now: Instant) -> HopperFilled:
    campaign_id = (await connection.execute(THE_RUN, {"run_id": ask.run_id})).scalar()
    if campaign_id is None:
        return HopperFilled(run_id=ask.run_id, items=(), fresh_left=False, next_due_utc_s=None)
    campaign = (await campaigns.read_some(connection, [campaign_id]))[campaign_id]
    filling = Filling(connection, tenant, ask.run_id, campaign, now.utc_s, min(ask.want, WANT_MAX))
    await filling.take_due()
    fresh_left = await filling.take_fresh()
    due = (await connection.execute(NEXT_DUE, {"run_id": ask.run_id})).scalar()
    return HopperFilled(run_id=ask.run_id, items=tuple(filling.items), fresh_left=fresh_left, next_due_utc_s=due)


class Filling:
    """One filling of one run's hopper, within one transaction."""

    def __init__(
        self, connection: AsyncConnection, tenant: int, run_id: int, campaign: Campaign, utc_s: float, want: int
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._run = {"run_id": run_id, "campaign_id": campaign.campaign_id}
        self._campaign = campaign
        self._utc_s = utc_s
        self._want = want
        self._black: list[int] | None = None
        self._opens: dict[tuple[str, ...], float | None] = {}
        self.items: list[HopperItem] = []

    async def take_due(self) -> None:
        values = {"run_id": self._run["run_id"], "now": self._utc_s, "want": self._want}
        rows = (await self._connection.execute(TAKE_DUE, values)).mappings().all()
        early: list[dict[str, Any]] = []
        for row in rows:
            attempt_no = row["attempts"] + 1
            opens = self._opens_at(row, attempt_no)
            if opens is None:
                self.items.append(self._item(row, row["member_id"], row["list_id"], attempt_no, row["due_utc_s"]))
            else:
                early.append({"member_id": row["member_id"], "due_utc_s": opens, "why": OUT_OF_HOURS})
        if early:
            await self._connection.execute(PUT_BACK, {"rows": msgspec.json.encode(early).decode()})

    async def take_fresh(self) -> bool:
        """Whether the lists hold more."""
        await self._connection.execute(MARKS, self._run)
        lists = (await self._connection.execute(LISTS, self._run)).all()
        looks_left = LOOK_MAX
        for list_id, high_water in lists:
            mark = high_water
            while True:
                limit = min(self._want - len(self.items), looks_left)
                if limit <= 0 or (self._want > SMALL and len(self.items) >= self._want * ENOUGH):
                    return await self._any_fresh()
                rows = await self._look(list_id, mark, limit)
                looks_left -= len(rows)
                if rows:
                    mark = rows[-1]["position"]
                    await self._add(list_id, mark, rows)
                if len(rows) < limit:
                    break
        return False

    async def _any_fresh(self) -> bool:
        return bool((await self._connection.execute(ANY_FRESH, self._run)).scalar())

    async def _look(self, list_id: int, after: int, limit: int) -> Sequence[Mapping[Any, Any]]:
        values = {"list_id": list_id, "after": after, "limit": limit}
        return (await self._connection.execute(FRESH, values)).mappings().all()

    async def _add(self, list_id: int, mark: int, rows: Sequence[Mapping[Any, Any]]) -> None:
        listed = await self._listed([number for row in rows for number in row["numbers"] or ()])
        members = [self._member(row, listed) for row in rows]
        values = {"list_id": list_id, "rows": msgspec.json.encode(members).decode(), "now": self._utc_s} | self._run
        made = {row.contact_id: row.member_id for row in await self._connection.execute(ADD_MEMBERS, values)}
        for row, member in zip(rows, members, strict=True):
            if member["state"] == "taken" and row["contact_id"] in made:
                self.items.append(self._item(row, made[row["contact_id"]], list_id, 1, 0.0))
        mark_at = {"run_id": self._run["run_id"], "list_id": list_id, "mark": mark}
        await self._connection.execute(SET_MARK, mark_at)

    async def _listed(self, numbers: Sequence[str]) -> set[str]:
        """Which of these are on the do-not-call list or on a black list of the campaign."""
        if self._black is None:
            campaign = {"campaign_id": self._run["campaign_id"]}
            self._black = list((await self._connection.execute(BLACK_LISTS, campaign)).scalars())
        values = {"numbers": numbers, "black": self._black}
        return set((await self._connection.execute(LISTED, values)).scalars())

    def _member(self, row: Mapping[Any, Any], listed: set[str]) -> dict[str, Any]:
        member = {"contact_id": row["contact_id"], "state": "taken", "due_utc_s": 0.0, "outcome": None, "why": ""}
        if not listed.isdisjoint(row["numbers"] or ()):
            return member | {"state": "final", "outcome": Outcome.DNC, "why": "on a do-not-call list"}
        if not row["numbers"]:
            return member | {"state": "final", "outcome": Outcome.INVALID_NUMBER, "why": "the contact has no number"}
        scheduled = row["schedule_utc_s"]
        if scheduled is not None and scheduled > self._utc_s:
            return member | {"state": "waiting", "due_utc_s": scheduled, "why": "scheduled by the list"}
        opens = self._opens_at(row, 1)
        if opens is not None:
            return member | {"state": "waiting", "due_utc_s": opens, "why": OUT_OF_HOURS}
        return member

    def _opens_at(self, row: Mapping[Any, Any], attempt_no: int) -> float | None:
        """When the callee's hours open; None = they are open now. Most numbers share a few sets of zones."""
        numbers, zones = row["numbers"], campaigns.as_json(row["zones"])
        zone_names = zones_of(row["time_zone"], zones[(attempt_no - 1) % len(numbers)]) or (self._campaign.time_zone,)
        if zone_names not in self._opens:
            hours = self._campaign.callee_hours
            if is_open_everywhere(hours, zone_names, self._utc_s):
                self._opens[zone_names] = None
            else:
                opens = next_open(hours, zone_names, self._utc_s)
                self._opens[zone_names] = self._utc_s + NEVER_S if opens is None else opens
        return self._opens[zone_names]

    def _item(
        self, row: Mapping[Any, Any], member_id: int, list_id: int, attempt_no: int, due_utc_s: float
    ) -> HopperItem:
        numbers = row["numbers"]
        return HopperItem(
            call=attempt_id(self._tenant),
            member_id=member_id,
            contact_id=row["contact_id"],
            list_id=list_id,
            attempt_no=attempt_no,
            number=numbers[(attempt_no - 1) % len(numbers)],
            contact_name=row["name"],
            due_utc_s=due_utc_s,
            earlier=campaigns.as_json(row.get("earlier")) or {},
            variables=campaigns.as_json(row["attributes"]),
        )


OUT_OF_HOURS = "out of the callee's hours"
ANY_FRESH = sa.text("""
SELECT EXISTS (
    SELECT 1 FROM campaign_list l JOIN contact_list n USING (tenant_id, list_id)
    LEFT JOIN run_list h ON h.run_id = :run_id AND h.list_id = l.list_id
    WHERE l.campaign_id = :campaign_id AND l.role = 'normal' AND n.contacts > coalesce(h.high_water, 0))
""")


def attempt_id(tenant: int) -> str:
    """`c<tenant>-` and a UUID version 7 in hex: growing with time, so the attempts' index stays dense at its end."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"c{tenant}-{value:032x}"
