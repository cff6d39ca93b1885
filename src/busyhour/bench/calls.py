"""`busyhour bench calls`: the whole stack against a bare ARI loop, on one PBX and one carrier in one run.

1. A bare loop finds the highest rate of calls that this PBX holds.
2. An agentless campaign calls as fast as the whole stack can, each intent and record committed; the rate is counted
   in the carrier's ledger.
3. Agents with persistent legs take answered calls at a fixed rate; the time from the PBX's answer event to both in
   the bridge is measured by an onlooker on the PBX.
At the end all attempts are judged by the ledger.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from busyhour.adapters.asterisk.access import secret_name
from busyhour.bench.bare_ari import BareAri, Step, percentile
from busyhour.bench.desks import Desks
from busyhour.bench.judge import Judgement, judge
from busyhour.bench.machine import commit, machine
from busyhour.bench.observer import Observer
from busyhour.bench.product import Ports, Product
from busyhour.bench.work import attempts_of, make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.settings import Settings
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import Dialog
from busyhour.sim.sipp.numbers import INDEX_MAX, Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

AT_ONCE: Final = 1  # detail of LIGHT: the callee answers and hangs up at once
HALF_A_SECOND: Final = 2  # detail of LIGHT: the callee stays half a second
RAMP_SHARE: Final = 0.1  # of the run, at both of its ends: not counted
CLOSE_MAX_S: Final = 60.0
SIP_KEEPS_S: Final = 32.0
"""An ended SIP dialog, with its thread and sockets. The bare loop ends with steps that nobody could hold; what is left
of them is not the product's to carry."""


@dataclass(frozen=True, kw_only=True)
class CallsBench:
    """How much to measure."""

    rates: tuple[float, ...] = (50, 100, 150, 200, 250, 300, 350, 400)
    step_s: float = 10.0
    calls: int = 3000  # of the agentless campaign
    calls_max_s: float = 180.0
    calls_at_once: int = 100
    agents: int = 40
    agents_cps: int = 20
    agents_s: float = 30.0
    offset: int = 2000  # of all ports, to keep out of the way of a running instance
    folder: Path | None = None  # None = a temporary one
    environment: dict[str, str] = field(default_factory=dict)


def bench_calls(settings: Settings, *, calls: int) -> dict[str, Any]:
    """For the command line. The instance under test is a fresh one; of the settings only the PBX program is taken."""
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    return asyncio.run(measure_calls(CallsBench(calls=calls, environment=program)))


async def measure_calls(wanted: CallsBench) -> dict[str, Any]:
    """All figures, ready for JSON."""
    begin_s, about = time.monotonic(), {"machine": machine(), "commit": commit()}
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-") as temporary:
        folder = wanted.folder or Path(temporary)
        product = Product(folder / "data", Ports(offset=wanted.offset), environment=wanted.environment)
        sip = 6060 + wanted.offset
        carrier = Carrier(SippSettings(folder=folder, sip_port=sip, media_port=sip + 20))
        phones = Phones(SippSettings(folder=folder, sip_port=sip + 10, media_port=sip + 40, echo=False))
        with carrier, phones:
            async with product:
                figures = await _measure(wanted, product, carrier, phones)
            carrier.check_alive()
            phones.check_alive()
    return {**figures, **about, "seconds": round(time.monotonic() - begin_s, 1)}


async def _measure(wanted: CallsBench, product: Product, carrier: Carrier, phones: Phones) -> dict[str, Any]:
    trunk = await make_trunk(product.api, name="bench", host=carrier.address, capacity=wanted.calls_at_once)
    indexes = itertools.count()
    place = secret_name(trunk["endpoint"], product.ari()[2])
    steps = await _bare(wanted, product, place, _numbers(indexes))
    cps_bare = max((step.cps for step in steps if step.held), default=0.0)
    judgement = Judgement()
    stack = await _agentless(wanted, product, carrier, trunk["trunk_id"], indexes, judgement)
    seen = await _with_agents(wanted, product, carrier, phones, indexes, judgement)
    joined = seen.joined_ms
    return {
        "cps": round(stack["cps"], 1),
        "cps_bare": round(cps_bare, 1),
        "ratio": round(stack["cps"] / cps_bare, 3) if cps_bare else 0.0,
        "answer_to_bridge_ms_p50": round(percentile(joined, 0.50), 1),
        "answer_to_bridge_ms_p99": round(percentile(joined, 0.99), 1),
        "onlooker_late_ms_max": round(seen.late_ms_max, 1),
        "mismatches": len(judgement.mismatches),
        "doubled": len(judgement.doubled),
        "lost": len(judgement.lost),
        "complaints": str(judgement) if judgement else "",
        "calls": stack["calls"],
        "joined": len(joined),
        "agents": wanted.agents,
        "agents_cps": wanted.agents_cps,
        "bare_steps": [step.as_json() for step in steps],
    }


def _numbers(indexes: Iterator[int]) -> Iterator[str]:
    return (number_of(Behavior.LIGHT, index % INDEX_MAX, detail=AT_ONCE) for index in indexes)


async def _bare(wanted: CallsBench, product: Product, endpoint: str, numbers: Iterator[str]) -> list[Step]:
    async with BareAri(*product.ari(), endpoint=endpoint) as bare:
        await bare.hold(numbers, 10, seconds=2)  # first calls are slower: not counted
        steps = await bare.highest_held(numbers, wanted.rates, seconds=wanted.step_s)
    if not steps[-1].held:
        await asyncio.sleep(SIP_KEEPS_S)
    return steps


async def _agentless(
    wanted: CallsBench,
    product: Product,
    carrier: Carrier,
    trunk_id: int,
    indexes: Iterator[int],
    judgement: Judgement,
) -> dict[str, Any]:
    """As fast as the whole stack can, `calls_at_once` at a time."""
    api = product.api
    numbers = list(itertools.islice(_numbers(indexes), wanted.calls))
    prompt = await api.post("/api/prompts", {"name": "bench", "text": "Hello.", "language": "en-US"})
    campaign_id = await make_campaign(
        api,
        [await make_list(api, "bench agentless", numbers)],
        name="bench agentless",
        dial_mode="agentless",
        max_concurrent=wanted.calls_at_once,
        trunk_ids=[trunk_id],
        message_prompt=prompt["media"],
    )
    run_id = await start_run(api, campaign_id)
    try:
        await wait_over(api, run_id, wanted.calls_max_s)
    except TimeoutError:
        await api.post(f"/api/runs/{run_id}/remove")
    attempts = await wait_closed(api, run_id, CLOSE_MAX_S)
    dialogs = _calls_to(numbers, carrier)
    judgement.add(judge(dialogs, attempts))
    return {"cps": _rate(dialogs), "calls": len(dialogs)}


def _calls_to(numbers: list[str], carrier: Carrier) -> list[Dialog]:
    """Late calls of the bare loop's last step, which it could not hold, are not the product's."""
    digits = {number.removeprefix("+") for number in numbers}
    return [dialog for dialog in carrier.ledger.dialogs() if dialog.number in digits]


def _rate(dialogs: list[Dialog]) -> float:
    """Answered calls per second, without the run's first and last moments."""
    if not dialogs:
        return 0.0
    first_s, last_s = dialogs[0].invited_s, dialogs[-1].invited_s
    ramp_s = RAMP_SHARE * (last_s - first_s)
    begin_s, end_s = first_s + ramp_s, last_s - ramp_s
    counted = sum(begin_s <= d.invited_s < end_s and d.answered_s is not None for d in dialogs)
    return counted / (end_s - begin_s) if end_s > begin_s else 0.0


async def _with_agents(
    wanted: CallsBench,
    product: Product,
    carrier: Carrier,
    phones: Phones,
    indexes: Iterator[int],
    judgement: Judgement,
) -> Observer:
    api = product.api
    trunk = await make_trunk(api, name="paced", host=carrier.address, capacity=200, calls_per_s_max=wanted.agents_cps)
    chosen = itertools.islice(indexes, round(wanted.agents_cps * wanted.agents_s))
    numbers = [number_of(Behavior.LIGHT, index % INDEX_MAX, detail=HALF_A_SECOND) for index in chosen]
    async with Desks(api) as desks, Observer(*product.ari()) as observer:
        agent_ids = await desks.make([phones.sip_address(n) for n in range(wanted.agents)], prefix="bench")
        campaign_id = await make_campaign(
            api,
            [await make_list(api, "bench agents", numbers)],
            name="bench agents",
            dial_mode="progressive",
            max_concurrent=200,
            acw_mode="none",
            trunk_ids=[trunk["trunk_id"]],
            agent_ids=agent_ids,
        )
        await desks.open()
        run_id = await start_run(api, campaign_id)
        await wait_over(api, run_id, wanted.agents_s * 3)
        await wait_closed(api, run_id, CLOSE_MAX_S)
        judgement.add(judge(_calls_to(numbers, carrier), await attempts_of(api, run_id)))
        return observer
