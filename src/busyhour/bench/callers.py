"""`busyhour bench callers`: many callers for few agents on the real PBX, judged by what the network and the PBX saw.

A fresh installation, SIPp as the callers and as the agents' phones. Callers come faster than agents take them, stay for
a time of their own, and hang up, with an agent or without. Beside the product an onlooker of the PBX's own events knows
who was in a room with an agent, and when. From both it follows what must be so: no caller lost, none told twice, nobody
before somebody who came earlier, nobody waiting beside a free agent, and figures that add up.
"""

import asyncio
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from busyhour.bench.bare_ari import percentile
from busyhour.bench.callers_judge import Heard, Judged, judge_callers
from busyhour.bench.callers_seen import Rooms
from busyhour.bench.callers_stage import (
    DIALED,
    caller_rows,
    open_folder,
    open_queue,
    queue_counts,
    until_silent,
    work,
)
from busyhour.bench.desks import Desks
from busyhour.bench.machine import commit, machine
from busyhour.bench.product import Ports, Product
from busyhour.bench.work import make_trunk
from busyhour.settings import Settings
from busyhour.sim.sipp.callers import Callers
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

STAYS_S: Final = (25.0, 50.0, 90.0)  # of the kinds of callers, whether an agent has them by then or not
TALK_S: Final = (2.0, 10.0)  # until the agent hangs up
OWN_NUMBER: Final = "49301"  # of callers: this, their kind, 0, and which of them


@dataclass(frozen=True, kw_only=True)
class CallersBench:
    """How many, and for how long."""

    callers: int = 100  # on the line at once
    agents: int = 10
    seconds: float = 600.0
    seed: int = 1
    offset: int = 2_700  # of all ports
    folder: Path | None = None  # None = a temporary one
    environment: dict[str, str] = field(default_factory=dict)


def bench_callers(settings: Settings, *, callers: int, agents: int, seconds: float) -> dict[str, Any]:
    """For the command line. The instance is a fresh one; of the settings only the PBX program is taken."""
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    wanted = CallersBench(callers=callers, agents=agents, seconds=seconds, environment=program)
    return asyncio.run(measure_callers(wanted))


async def measure_callers(wanted: CallersBench) -> dict[str, Any]:
    """All figures, ready for JSON."""
    begin_s, about = time.monotonic(), {"machine": machine(), "commit": commit()}
    with open_folder() as temporary:
        folder = wanted.folder or temporary
        folder.chmod(0o711)  # the database's own user has to pass
        product = Product(folder / "data", Ports(offset=wanted.offset), environment=wanted.environment)
        sip = 6060 + wanted.offset
        with Phones(SippSettings(folder=folder, sip_port=sip, media_port=sip + 10, echo=False)) as phones:
            async with product:
                figures = await _measure(wanted, product, phones, folder)
            phones.check_alive()
    return {**figures, **about, "seconds": round(time.monotonic() - begin_s, 1)}


async def _measure(wanted: CallersBench, product: Product, phones: Phones, folder: Path) -> dict[str, Any]:
    api = product.api
    async with Desks(api) as desks, Rooms(*product.ari()) as rooms:
        agents = await desks.make([phones.sip_address(n) for n in range(wanted.agents)], prefix="bench")
        crowds = [await _crowd(wanted, product, folder, kind) for kind in range(len(STAYS_S))]
        queue_id = await open_queue(api, agents, name="bench")
        await desks.open()
        at_work = [
            asyncio.create_task(work(desk, Random(f"{wanted.seed}/{n}"), TALK_S))  # noqa: S311
            for n, desk in enumerate(desks.desks)
        ]
        with ExitStack() as stack:
            for crowd in crowds:
                stack.enter_context(crowd)
            await asyncio.sleep(wanted.seconds)
            for crowd in crowds:
                crowd.check_alive()
                crowd.come_no_more()
            await until_silent(crowds, max(STAYS_S))
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
        heard = [
            Heard(number=f"{OWN_NUMBER}{kind}0{dialog.call_id.partition('-')[0]}", dialog=dialog)
            for kind, crowd in enumerate(crowds)
            for dialog in crowd.ledger.dialogs()
        ]
        judged = judge_callers(heard, await caller_rows(api), rooms.seen(), await queue_counts(api, queue_id))
    return _told(wanted, judged)


async def _crowd(wanted: CallersBench, product: Product, folder: Path, kind: int) -> Callers:
    """Callers of one patience; each kind comes in over a trunk of its own."""
    port = 6120 + wanted.offset + 20 * kind
    await make_trunk(product.api, name=f"network {kind}", host=f"127.0.0.1:{port}", capacity=500)
    share = wanted.callers / len(STAYS_S)
    pbx_port = product.ports.environment()["BUSYHOUR_PBX_SIP_PORT"]
    return Callers(
        folder / f"callers{kind}",
        sip_port=port,
        media_port=port + 8,
        to=f"127.0.0.1:{pbx_port}",
        dialed=DIALED,
        number=f"+{OWN_NUMBER}{kind}0[call_number]",
        talk_s=STAYS_S[kind],
        calls=1_000_000,
        at_once=round(share),
        per_s=max(0.5, share / 10),
    )


def _told(wanted: CallersBench, judged: Judged) -> dict[str, Any]:
    waits = sorted(judged.waits_s)
    return {
        "callers": judged.callers,
        "handled": judged.handled,
        "abandoned": judged.abandoned,
        "agents": wanted.agents,
        "at_once": wanted.callers,
        "at_once_seen": judged.at_once,
        "violations": len(judged.faults),
        "faults": judged.faults[:20],
        "wait_s_p50": round(percentile(waits, 0.5), 2) if waits else None,
        "wait_s_p95": round(percentile(waits, 0.95), 2) if waits else None,
        "idle_beside_waiting_s_max": round(judged.idle_s_max, 3),
        "overtaken_s_max": round(judged.overtaken_s_max, 3),
    }
