"""Whom to call next: first members that are due, then fresh contacts in list order (AD-009, WD-092, WD-093).

Fresh contacts are read beyond each list's high-water mark, a bounded number at a time, and each becomes a member: taken
(an item of the answer), waiting (scheduled, or out of the callee's hours) or final (on a do-not-call list).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from busyhour.adapters.sql.campaigns import campaign_of_settings
from busyhour.adapters.sql.database import Driver
from busyhour.adapters.sql.items import EARLIER, attempt_id
from busyhour.core.commands import FillHopper
from busyhour.core.dialer.hours import ZONE_AGAIN_S, is_open_everywhere, next_open, zone_known, zones_of
from busyhour.core.events import HopperFilled, Instant
from busyhour.core.model.campaign import Campaign
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import Outcome

LOOK_MAX = 5_000  # contacts looked at in one filling: a night of sleeping callees must not hold the transaction long
WANT_MAX = 5_000
SMALL = 100  # a bigger wish is met by ENOUGH of it, rather than by one more round for the few that were skipped
ENOUGH = 0.75

# As in `intents.py`, OFFSET 0 and LIMIT 1 keep each look-up one by a key, whatever the planner believes of the tables.
BEGIN = """
SELECT r.campaign_id, c.name, c.settings::text,
    ARRAY(SELECT list_id FROM campaign_list l WHERE l.campaign_id = r.campaign_id AND l.role = 'black') AS black,
    (SELECT count(*) FROM campaign_list l WHERE l.campaign_id = r.campaign_id AND l.role = 'normal') AS lists
FROM run r CROSS JOIN LATERAL (SELECT name, settings FROM campaign WHERE campaign_id = r.campaign_id OFFSET 0) c
WHERE r.run_id = $1 AND r.ended_utc_s IS NULL
"""
ZONES = "array_agg(array_to_string(p.zones, ' ') ORDER BY p.position) AS zones"
DUE = """
SELECT member_id FROM member WHERE run_id = $1 AND state = 'waiting' AND due_utc_s <= $2
ORDER BY due_utc_s, member_id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
"""
TAKE_DUE = f"""
WITH taken AS (
    UPDATE member SET state = 'taken', taken_as = ($2::text[])[array_position($1::bigint[], member_id)]
    WHERE member_id = ANY($1::bigint[])
    RETURNING member_id, contact_id, list_id, attempts, due_utc_s, taken_as)
SELECT m.*, k.name, k.attributes, k.time_zone, p.numbers, p.zones,
    CASE WHEN m.attempts > 0 THEN {EARLIER} END AS earlier
FROM taken m
CROSS JOIN LATERAL (SELECT name, attributes, time_zone FROM contact WHERE contact_id = m.contact_id OFFSET 0) k
CROSS JOIN LATERAL (SELECT array_agg(p.number ORDER BY p.position) AS numbers, {ZONES}
    FROM contact_point p WHERE p.contact_id = m.contact_id) p
ORDER BY m.due_utc_s, m.member_id
"""  # noqa: S608 - made of constants
MARKS = """
INSERT INTO run_list (run_id, list_id, high_water)
SELECT $1, l.list_id, 0 FROM campaign_list l WHERE l.campaign_id = $2 AND l.role = 'normal'
ON CONFLICT DO NOTHING
"""
LISTS = """
SELECT h.list_id, h.high_water FROM campaign_list l JOIN run_list h ON h.list_id = l.list_id AND h.run_id = $1
WHERE l.campaign_id = $2 AND l.role = 'normal' ORDER BY l.position FOR UPDATE OF h
"""
# `listed`: a number is on the do-not-call list or on a black list; by their own indexes, however long they are.
FRESH = f"""
WITH fresh AS MATERIALIZED (
    SELECT contact_id, position, name, attributes, time_zone, schedule_utc_s FROM contact
    WHERE list_id = $1 AND position > $2 ORDER BY position LIMIT $3)
SELECT k.*, p.numbers, p.zones, p.listed
FROM fresh k CROSS JOIN LATERAL (
    SELECT array_agg(p.number ORDER BY p.position) AS numbers, {ZONES},
        bool_or(coalesce((SELECT true FROM dnc_entry d WHERE d.number = p.number LIMIT 1),
            (SELECT true FROM contact_point b WHERE b.number = p.number AND b.list_id = ANY($4::bigint[]) LIMIT 1),
            false)) AS listed
    FROM contact_point p WHERE p.contact_id = k.contact_id) p
ORDER BY k.position
"""  # noqa: S608 - made of constants
ADD_MEMBERS = """
WITH made AS (
    INSERT INTO member (run_id, contact_id, list_id, state, due_utc_s, last_outcome, why, taken_as)
    SELECT $1, q.contact_id, $3, q.state, q.due_utc_s, q.outcome, q.why, q.call
    FROM jsonb_to_recordset($4::jsonb)
        AS q(contact_id bigint, state text, due_utc_s float8, outcome text, why text, call text)
    ON CONFLICT (tenant_id, run_id, contact_id) DO NOTHING
    RETURNING member_id, contact_id, state, last_outcome, why, taken_as),
noted AS (
    INSERT INTO attempt (call, run_id, campaign_id, member_id, contact_id, list_id, number, contact_name, attempt_no,
        variables, state, outcome, why, retry_why, intent_utc_s, ended_utc_s)
    SELECT 'n' || m.member_id || '-0', $1, $2, m.member_id, m.contact_id, $3, p.number, k.name, 1,
        k.attributes, 'final', m.last_outcome, m.why, 'not dialed', $5, $5
    FROM made m
    CROSS JOIN LATERAL (SELECT name, attributes FROM contact WHERE contact_id = m.contact_id OFFSET 0) k
    CROSS JOIN LATERAL (
        SELECT number FROM contact_point WHERE contact_id = m.contact_id AND position = 0 OFFSET 0) p
    WHERE m.last_outcome = 'DNC'),
counted AS (
    UPDATE run SET finished = finished + (SELECT count(*) FROM made WHERE state = 'final')
    WHERE run_id = $1 AND EXISTS (SELECT 1 FROM made WHERE state = 'final')),
marked AS (
    UPDATE run_list SET high_water = $6 WHERE run_id = $1 AND list_id = $3)
SELECT member_id, contact_id, taken_as FROM made WHERE state = 'taken'
"""
# The answer to an earlier filling was lost, and with it the members that it took.
GIVE_BACK = """
UPDATE member SET state = 'waiting'
WHERE run_id = $1 AND state = 'taken' AND coalesce(taken_as, '') <> ALL($2::text[])
"""
PUT_BACK = "UPDATE member SET state = 'waiting', due_utc_s = $2, why = $3 WHERE member_id = $1"
END = """
SELECT (SELECT due_utc_s FROM member WHERE run_id = $1 AND state = 'waiting'
        ORDER BY due_utc_s, member_id LIMIT 1) AS next_due_utc_s,
    EXISTS (SELECT 1 FROM campaign_list l JOIN contact_list n USING (tenant_id, list_id)
        LEFT JOIN run_list h ON h.run_id = $1 AND h.list_id = l.list_id
        WHERE l.campaign_id = $2 AND l.role = 'normal' AND n.contacts > coalesce(h.high_water, 0)) AS fresh_left
"""
NEVER_S = 86_400.0 * 365  # hours that never open: looked at again in a year
OUT_OF_HOURS = "out of the callee's hours"
NO_ZONE = "its time zone is not known, so no hour is sure to be allowed"

Row = Mapping[str, Any]


async def fill(driver: Driver, tenant: int, ask: FillHopper, now: Instant) -> HopperFilled:
    begin = await driver.fetchrow(BEGIN, ask.run_id)
    if begin is None:
        return HopperFilled(run_id=ask.run_id, items=(), fresh_left=False, next_due_utc_s=None)
    if ask.held is not None:
        await driver.execute(GIVE_BACK, ask.run_id, list(ask.held))
    filling = Filling(driver, tenant, ask, begin, now.utc_s)
    await filling.take_due()
    looked_at_all = await filling.take_fresh()
    end = await driver.fetchrow(END, ask.run_id, begin["campaign_id"])
    return HopperFilled(
        run_id=ask.run_id,
        items=tuple(filling.items),
        fresh_left=end["fresh_left"] and not looked_at_all,
        next_due_utc_s=end["next_due_utc_s"],
    )


class Filling:
    """One filling of one run's hopper, within one transaction."""

    def __init__(self, driver: Driver, tenant: int, ask: FillHopper, begin: Row, utc_s: float) -> None:
        self._driver = driver
        self._tenant = tenant
        self._run_id = ask.run_id
        self._want = min(ask.want, WANT_MAX)
        self._campaign: Campaign = campaign_of_settings(begin["campaign_id"], begin["name"], begin["settings"])
        self._black: list[int] = begin["black"]
        self._lists: int = begin["lists"]
        self._utc_s = utc_s
        self._opens: dict[tuple[str | None, str], tuple[float, str] | None] = {}
        self.items: list[HopperItem] = []

    async def take_due(self) -> None:
        due = await self._driver.fetch(DUE, self._run_id, self._utc_s, self._want)
        if not due:
            return
        early: list[tuple[int, float, str]] = []
        member_ids = [row["member_id"] for row in due]
        for row in await self._driver.fetch(TAKE_DUE, member_ids, [attempt_id(self._tenant) for _ in member_ids]):
            opens = self._opens_at(row, row["attempts"])
            if opens is None:
                earlier = row["earlier"] or {}
                self._take(row, row, row["list_id"], row["attempts"], row["due_utc_s"], earlier)
            else:
                early.append((row["member_id"], *opens))
        if early:
            await self._driver.executemany(PUT_BACK, early)

    async def take_fresh(self) -> bool:
        """Whether there is nothing beyond what was looked at."""
        looks_left = LOOK_MAX
        for list_id, mark in await self._marks():
            after = mark
            while True:
                limit = min(self._want - len(self.items), looks_left)
                if limit <= 0 or (self._want > SMALL and len(self.items) >= self._want * ENOUGH):
                    return False
                rows = await self._driver.fetch(FRESH, list_id, after, limit, self._black)
                looks_left -= len(rows)
                if rows:
                    after = rows[-1]["position"]
                    await self._add(list_id, after, rows)
                if len(rows) < limit:
                    break
        return True

    async def _marks(self) -> Sequence[tuple[int, int]]:
        """The lists with how far each was read. A list has no mark before it was first read."""
        of = (self._run_id, self._campaign.campaign_id)
        marks: Sequence[tuple[int, int]] = await self._driver.fetch(LISTS, *of)
        if len(marks) < self._lists:
            await self._driver.execute(MARKS, *of)
            marks = await self._driver.fetch(LISTS, *of)
        return marks

    async def _add(self, list_id: int, mark: int, rows: Sequence[Row]) -> None:
        members = msgspec.json.encode([self._member(row) for row in rows]).decode()
        of = (self._run_id, self._campaign.campaign_id, list_id)
        taken = await self._driver.fetch(ADD_MEMBERS, *of, members, self._utc_s, mark)
        member_of = {row["contact_id"]: row for row in taken}
        for row in rows:
            member = member_of.get(row["contact_id"])
            if member is not None:
                self._take(row, member, list_id, 0, 0.0, {})

    def _member(self, row: Row) -> "Member":
        contact_id = row["contact_id"]
        if row["listed"]:
            return Member(contact_id, "final", outcome=Outcome.DNC, why="on a do-not-call list")
        if not row["numbers"]:
            return Member(contact_id, "final", outcome=Outcome.INVALID_NUMBER, why="the contact has no number")
        scheduled = row["schedule_utc_s"]
        if scheduled is not None and scheduled > self._utc_s:
            return Member(contact_id, "waiting", scheduled, why="scheduled by the list")
        opens = self._opens_at(row, 0)
        if opens is not None:
            return Member(contact_id, "waiting", opens[0], why=opens[1])
        return Member(contact_id, "taken", call=attempt_id(self._tenant))

    def _opens_at(self, row: Row, attempts: int) -> tuple[float, str] | None:
        """When the callee's hours open, and why they are closed; None = they are open now. Most numbers share a few
        sets of zones."""
        zones: Sequence[str] = row["zones"]
        key = (row["time_zone"], zones[attempts % len(zones)])
        if key not in self._opens:
            self._opens[key] = self._opens_in(zones_of(key[0], key[1].split()))
        return self._opens[key]

    def _opens_in(self, zone_names: Sequence[str]) -> tuple[float, str] | None:
        hours = self._campaign.callee_hours
        if is_open_everywhere(hours, zone_names, self._utc_s):
            return None
        if not all(zone_known(name) for name in zone_names):
            return self._utc_s + ZONE_AGAIN_S, NO_ZONE
        opens = next_open(hours, zone_names, self._utc_s)
        return self._utc_s + NEVER_S if opens is None else opens, OUT_OF_HOURS

    def _take(
        self, row: Row, member: Row, list_id: int, attempts: int, due_utc_s: float, earlier: dict[str, int]
    ) -> None:
        numbers = row["numbers"]
        item = HopperItem(
            call=member["taken_as"],
            member_id=member["member_id"],
            contact_id=row["contact_id"],
            list_id=list_id,
            attempt_no=attempts + 1,
            number=numbers[attempts % len(numbers)],
            contact_name=row["name"],
            due_utc_s=due_utc_s,
            earlier=earlier,
            variables=row["attributes"],
        )
        self.items.append(item)


class Member(msgspec.Struct, frozen=True):
    """A fresh contact in the run."""

    contact_id: int
    state: str
    due_utc_s: float = 0.0
    outcome: str | None = None
    why: str = ""
    call: str | None = None  # the attempt that it is taken for
