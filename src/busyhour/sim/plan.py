"""What is to be simulated, and what came of it."""

from typing import Any

from msgspec import Struct

from busyhour.core.model.values import Outcome
from busyhour.sim.faults import Weather


class Plan(Struct, frozen=True, kw_only=True):
    """What is simulated."""

    seed: int
    calls: int = 1_000  # contacts dialed at least once, about
    tenants: int = 3
    agents: int = 8  # of each tenant
    weather: Weather = Weather()
    with_agents: bool = True  # previews, calls by hand, calls that have their agent first
    inbound: bool = False  # some tenants are called, too (`inbound.py`)
    supervised: bool = False  # somebody listens, whispers, barges in, takes over (`supervisors.py`)
    faults_first: int = 0  # faults before this one, and after the last, are left out: for shrinking
    faults_last: int | None = None
    faults_out: tuple[int, ...] = ()  # and these among them


class Result(Struct, frozen=True, kw_only=True):
    seed: int
    calls: int
    events: int
    faults: int
    faults_called: int
    virtual_s: float
    trace_sha256: str
    outcomes: dict[str, int]
    violation: str | None = None
    history: tuple[str, ...] = ()


def outcomes_of(store: Any) -> dict[str, int]:
    """How often each is recorded."""
    outcomes: dict[str, int] = {}
    for rows in store.tenants.values():
        for attempt in rows.attempts.values():
            if attempt.record is not None:
                outcomes[attempt.record.outcome] = outcomes.get(attempt.record.outcome, 0) + 1
        for record in rows.inbound.records.values():
            name = f"caller {record.outcome}"
            outcomes[name] = outcomes.get(name, 0) + 1
        for _ in rows.skipped:
            outcomes[Outcome.AGENT_SKIPPED] = outcomes.get(Outcome.AGENT_SKIPPED, 0) + 1
    return dict(sorted(outcomes.items()))
