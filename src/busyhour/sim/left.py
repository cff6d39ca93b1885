"""What a world has still to do: numbers that were never dialed, runs and calls that have not ended."""

from typing import Any

from busyhour.core.life.run import ACTIVE
from busyhour.sim.furniture import OPEN_ENDED


class Undialed:
    """Numbers that were never dialed, looked for from the first on: who was dialed once stays so."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._first: dict[int, int] = {}  # of each tenant's members

    def left(self) -> bool:
        return any(self._left_of(tenant, rows) for tenant, rows in self._store.tenants.items())

    def _left_of(self, tenant: int, rows: Any) -> bool:
        member_id = self._first.get(tenant, 1)
        while member_id in rows.members and _never_will_be(rows, rows.members[member_id]):
            member_id += 1
        self._first[tenant] = member_id
        return member_id in rows.members or any(run.fresh for run in rows.runs.values() if run.active)


def _never_will_be(rows: Any, member: Any) -> bool:
    """Whoever is called in certain hours only is not waited for."""
    run = rows.runs[member.run_id]
    return member.attempts > 0 or member.state == "final" or not run.active or run.campaign_id in OPEN_ENDED


def restless(store: Any) -> list[str]:
    """Why there is no rest yet."""
    runs = [(tenant, run) for tenant, rows in store.tenants.items() for run in rows.runs.values()]
    return [f"tenant {tenant} run {run.run_id} is {run.state}" for tenant, run in runs if run.state in ACTIVE] + [
        f"tenant {tenant} has open calls"
        for tenant, rows in store.tenants.items()
        if rows.open or rows.inbound.open or rows.inbound.entries or rows.inbound.open_callbacks()
    ]


def going_on(world: Any, tenant: int) -> list[str]:
    """The calls that have not ended, as the store knows it or the engine: an engine may begin anew meanwhile."""
    floor = world.engines[tenant].floor
    rows, here = world.store.tenants[tenant], [*floor.calls, *floor.callers] if floor is not None else []
    return list(dict.fromkeys([*rows.open, *rows.inbound.open, *here]))
