"""What the checks of callers find: somebody on the line whose final record is written."""

from types import SimpleNamespace
from typing import Any

import pytest

from busyhour.core import commands as c
from busyhour.core.model.callers import CallerOutcome, CallerRecord
from busyhour.core.model.values import EndCause
from busyhour.sim.checks_callers import GONE_KNOWN_MAX_S, CallerChecks
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.loop import rest, run_virtually, the_loop

NOON_UTC_S = 1_800_014_400.0
NAME = "i1-1"
RECORD = CallerRecord(
    call=NAME,
    number="+4940912345",
    queue_id=1,
    outcome=CallerOutcome.ABANDONED,
    cause=EndCause.NORMAL,
    arrived_utc_s=NOON_UTC_S,
    answered_utc_s=NOON_UTC_S,
    joined_utc_s=None,
    ended_utc_s=NOON_UTC_S + 10.0,
    wait_s=10.0,
    talk_s=0.0,
    agent_id=None,
    segments=(),
    why="",
)


def test_who_is_on_the_line_long_after_their_record_is_found_out() -> None:
    async def later() -> None:
        rows = SimpleNamespace(records={NAME: RECORD})
        world: Any = SimpleNamespace(
            engines={1: SimpleNamespace(floor=None)}, store=SimpleNamespace(tenants={1: SimpleNamespace(inbound=rows)})
        )
        checks = CallerChecks(world)
        channel = Channel(name=NAME, tenant=1, began_utc_s=NOON_UTC_S, taken=True)
        await rest(10.0)
        checks.on_batch(1, [c.CloseCaller(record=RECORD)], set())
        await rest(GONE_KNOWN_MAX_S - 1.0)
        checks.look(channel, the_loop().now_s, the_loop().now_s)  # the order to hang up may be on its way
        await rest(2.0)
        with pytest.raises(Violation, match="I15"):
            checks.look(channel, the_loop().now_s, the_loop().now_s)

    run_virtually(later())
