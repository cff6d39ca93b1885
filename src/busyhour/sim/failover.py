"""A database whose standby falls behind, and takes over: the newest commits are lost, and nobody is told (C2).

What an engine was told is written must be there again once the shard is opened anew, and what administrators were told
of do-not-call numbers; what nobody heard of may be gone. What else administrators write on screens is not the engines'
to give back, and is taken to be there.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from busyhour.core import commands as c
from busyhour.core.events import CallCommitted, Event
from busyhour.core.model.values import DialMode
from busyhour.service.journal import Journal
from busyhour.sim.ledger import Violation
from busyhour.sim.loop import the_loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from busyhour.sim.checks import Checks
    from busyhour.sim.world import World

BEHIND_MAX_S = 5.0
BATCHES_KEPT = 20_000


class Batch:
    """A commit, as the world saw it."""

    __slots__ = ("at_s", "heard", "keeps", "tenant")

    def __init__(self, tenant: int, keeps: "Sequence[c.Keep]", answers: "Sequence[Event]") -> None:
        self.tenant, self.at_s, self.heard = tenant, the_loop().now_s, False
        yes = {answer.call for answer in answers if isinstance(answer, CallCommitted)}
        self.keeps = [one for one in keeps if not isinstance(one, c.Dial) or one.call in yes]


class Failover:
    """The world's standby, and what is known of commits that it did not have."""

    def __init__(self, world: "World", checks: "Checks") -> None:
        self._world, self._checks = world, checks
        self._behind: tuple[float, dict[int, Any]] | None = None  # since when, and what it has
        self._batches: deque[Batch] = deque(maxlen=BATCHES_KEPT)
        self._lost_since_s: dict[int, float] = {}  # of tenants whose shard was not opened since
        self._journals: dict[int, Journal] = {}
        self._listed: dict[int, list[str]] = {}  # do-not-call numbers that administrators were told are written
        self.lost = 0  # commits

    def journal(self, tenant: int) -> Journal:
        """It outlives the tenant's engines."""
        return self._journals.setdefault(tenant, Journal(self._world))

    def list_number(self, tenant: int, number: str) -> bool:
        """By an administrator, who is told that it is written; as the API does it."""
        utc_s = self._world.utc()
        self._world.store.tenants[tenant].dnc.setdefault(number, utc_s)
        self._listed.setdefault(tenant, []).append(number)
        listed = c.ListNumbers(numbers=(number,), source="an administrator", at_utc_s=utc_s)
        self.journal(tenant).note_screen(listed)
        return True

    @property
    def under_way(self) -> bool:
        return self._behind is not None

    def happen(self, behind_s: float, away_s: float, dying: "Sequence[int]") -> None:
        """From now on the standby gets nothing more. So much later the store goes, and with it the engines of these
        tenants; then the standby takes over."""
        assert self._behind is None
        unopened = [batch for batch in self._batches if self.may_be_missing(batch.tenant)]  # still to be judged
        self._batches = deque(unopened, maxlen=BATCHES_KEPT)
        self._behind = the_loop().now_s, self._world.store.copy()
        self._world.spawn(self._happen(behind_s, away_s, dying))

    async def _happen(self, behind_s: float, away_s: float, dying: "Sequence[int]") -> None:
        await asyncio.sleep(behind_s)
        self._world.outages += 1
        for tenant in dying:
            self._world.kill(self._world.processes[tenant])
        await asyncio.sleep(away_s)
        self._take_over()
        self._world.outages -= 1

    def _take_over(self) -> None:
        assert self._behind is not None
        since_s, older = self._behind
        self._behind = None
        for tenant, rows in self._world.store.tenants.items():
            _keep_what_screens_wrote(older[tenant], rows)
            self._lost_since_s[tenant] = min(since_s, self._lost_since_s.get(tenant, since_s))
            self._world.disturbed(tenant)
        self.lost += sum(batch.at_s >= since_s for batch in self._batches)
        self._world.store.fail_over(older)

    def written(self, tenant: int, keeps: "Sequence[c.Keep]", answers: "Sequence[Event]") -> Batch | None:
        """A commit was carried out; the answer is on its way."""
        if self._behind is None or not keeps:
            return None
        batch = Batch(tenant, keeps, answers)
        self._batches.append(batch)
        return batch

    def may_be_missing(self, tenant: int) -> bool:
        """The shard was not opened since, so nothing was given back yet."""
        return tenant in self._lost_since_s

    def opened(self, tenant: int) -> None:
        """What an engine heard of is there again; what none did is forgotten."""
        since_s = self._lost_since_s.pop(tenant, None)
        if since_s is None:
            return
        self._world.disturbed(tenant)
        rows = self._world.store.tenants[tenant]
        for number in self._listed.get(tenant, ()):
            if number not in rows.dnc:
                raise Violation(
                    f"I6: {number} was on the do-not-call list, was lost with the database, and is not back"
                )
        for batch in self._batches:
            if batch.tenant == tenant and batch.at_s >= since_s:
                for keep in batch.keeps:
                    if batch.heard and not _of_unheard_call(rows, keep):
                        _must_be_there(rows, keep)
                    else:
                        self._checks.forget(tenant, keep)
        self._checks.believe(tenant)


def _of_unheard_call(rows: Any, keep: c.Keep) -> bool:
    """Its engine died before it heard of the intent; the next one read of it in the store, and closed it as never sent.
    An intent that was heard of and is not there is found by itself (I3)."""
    if isinstance(keep, c.CloseCaller):
        return keep.record.call not in rows.inbound.callers
    return isinstance(keep, c.CloseCall) and keep.record.call not in rows.attempts


def _must_be_there(rows: Any, keep: c.Keep) -> None:
    match keep:
        case c.PlaceCall(item=item) if item.call not in rows.attempts:
            raise Violation(f"I3: the record of {item.call} was lost with the database, and not given back")
        case c.CloseCall(record=record) if rows.attempts[record.call].record is None:
            raise Violation(f"I29: the end of {record.call} was lost with the database, and not given back")
        case c.PlaceCallback(call=call) | c.SaveArrival(call=call) if call not in rows.inbound.callers:
            raise Violation(f"I3: the record of {call} was lost with the database, and not given back")
        case c.CloseCaller(record=record) if record.call not in rows.inbound.records:
            raise Violation(f"I29: the end of {record.call} was lost with the database, and not given back")
        case c.SaveCallback(callback=one) if one.callback not in rows.inbound.callbacks:
            raise Violation(f"I22: the promise {one.callback} was lost with the database, and not given back")
        case c.SaveDisposition(call=call) if call in rows.attempts and rows.attempts[call].disposition is None:
            raise Violation(f"I33: what was said of {call} was lost with the database, and not given back")
        case _:
            pass


def _keep_what_screens_wrote(older: Any, newer: Any) -> None:
    """And the numbers given out: in a real store they are never given twice."""
    older.campaigns, older.trunks, older.made = newer.campaigns, newer.trunks, newer.made
    older.recording_rule = newer.recording_rule
    for name in ("queues", "numbers", "ageing_s", "acw_s", "zones"):
        setattr(older.inbound, name, getattr(newer.inbound, name))
    for agent_id in [one for one in older.agents if one not in newer.agents]:
        del older.agents[agent_id]
    for run_id, run in newer.runs.items():
        if run_id not in older.runs:
            older.runs[run_id] = run
            older.members |= {key: one for key, one in newer.members.items() if one.run_id == run_id}
    for key, member in newer.members.items():
        if key not in older.members:  # a number that was added to a list
            by_hand = older.campaigns[older.runs[member.run_id].campaign_id].dial_mode is DialMode.MANUAL
            state = "final" if by_hand else "fresh"
            older.members[key] = type(member)(key, member.run_id, member.number, member.zones, state, unused=by_hand)
            if not by_hand:
                older.runs[member.run_id].fresh.append(key)
        older.members[key].zones = member.zones
