"""`busyhour bench races`: all phones of a queue ring for each caller and are answered in the same moment; one wins.

The phones answer by themselves, as fast as SIPp can, so each caller is a race of as many answers as there are agents.
Judged by the PBX's rooms: each caller was in exactly one, and never were two callers in one room.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from busyhour.bench.callers_seen import Rooms, Seen, Stay
from busyhour.bench.callers_stage import DIALED, open_folder, open_queue
from busyhour.bench.desks import Desks
from busyhour.bench.machine import commit, machine
from busyhour.bench.product import Ports, Product
from busyhour.bench.work import make_trunk
from busyhour.settings import Settings
from busyhour.sim.sipp.callers import Callers
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

OFFSET: Final = 2_750
TALK_S: Final = 0.6
EACH_MAX_S: Final = 4.0
LOOK_S: Final = 0.5


def bench_races(settings: Settings, *, races: int, agents: int) -> Mapping[str, object]:
    """For the command line. The instance is a fresh one; of the settings only the PBX program is taken."""
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    return asyncio.run(measure_races(races, agents, environment=program))


async def measure_races(
    races: int, agents: int, *, offset: int = OFFSET, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    begin_s, about = time.monotonic(), {"machine": machine(), "commit": commit()}
    with open_folder() as folder:
        product = Product(folder / "data", Ports(offset=offset), environment=dict(environment or {}))
        sip = 6060 + offset
        with Phones(SippSettings(folder=folder, sip_port=sip, media_port=sip + 10, echo=False)) as phones:
            async with product:
                figures = await _race(product, phones, folder, races, agents, offset)
    return {**figures, **about, "seconds": round(time.monotonic() - begin_s, 1)}


async def _race(product: Product, phones: Phones, folder: Path, races: int, agents: int, offset: int) -> dict[str, Any]:
    api, port = product.api, 6160 + offset
    async with Desks(api) as desks, Rooms(*product.ari()) as rooms:
        ids = await desks.make([phones.sip_address(n) for n in range(agents)], prefix="race")
        for agent_id in ids:
            await api.patch(f"/api/agents/{agent_id}", {"leg_mode": "per_call"})
        await make_trunk(api, name="network", host=f"127.0.0.1:{port}", capacity=10)
        await open_queue(api, ids, name="race", strategy="ring_all")
        await desks.open()
        pbx_port = product.ports.environment()["BUSYHOUR_PBX_SIP_PORT"]
        callers = Callers(
            folder / "callers",
            sip_port=port,
            media_port=port + 8,
            to=f"127.0.0.1:{pbx_port}",
            dialed=DIALED,
            number="+493019[call_number]",
            talk_s=TALK_S,
            calls=races,
            at_once=1,
            per_s=10,
        )
        with callers:
            await _until_over(callers, races)
        rows = [row async for row in api.pages("/api/callers")]
        rang = [desk.agent["offered"] for desk in desks.desks]
    return judge_races(len(callers.ledger.dialogs()), rooms.seen(), rows, rang)


async def _until_over(callers: Callers, races: int) -> None:
    deadline_s = time.monotonic() + races * EACH_MAX_S
    while True:
        dialogs = callers.ledger.dialogs()
        if len(dialogs) == races and not any(dialog.open for dialog in dialogs):
            break
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{len(dialogs)} of {races} callers within {races * EACH_MAX_S:.0f} s")
        await asyncio.sleep(LOOK_S)
    await asyncio.sleep(2.0)  # for the product's records


def judge_races(callers: int, rooms: Seen, rows: Sequence[Mapping[str, Any]], rang: Sequence[int]) -> dict[str, Any]:
    stays = rooms.of_number()
    faults = [f"{number} was in {len(own)} rooms" for number, own in stays.items() if len(own) != 1]
    faults += _two_in_one(rooms.stays)
    outcomes = Counter(str(row["outcome"]) for row in rows)
    if outcomes != {"HANDLED": len(stays)} | ({"ABANDONED": callers - len(stays)} if callers > len(stays) else {}):
        faults.append(f"told as {dict(outcomes)}, and {len(stays)} of {callers} were in a room")
    return {
        "races": callers,
        "with_one_winner": sum(len(own) == 1 for own in stays.values()),
        "without_winner": callers - len(stays),
        "phones_rung": sum(rang),
        "violations": len(faults),
        "faults": faults[:20],
    }


def _two_in_one(stays: Sequence[Stay]) -> list[str]:
    by_leg: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_leg[stay.leg].append(stay)
    return [
        f"{before.number} and {after.number} were in the room of {leg}"
        for leg, own in by_leg.items()
        for before, after in pairwise(sorted(own, key=lambda stay: stay.from_s))
        if before.until_s is None or before.until_s > after.from_s
    ]
