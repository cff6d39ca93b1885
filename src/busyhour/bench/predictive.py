"""`busyhour bench predictive`: a predictive campaign with agents on the real PBX, judged by the network's ledger.

A fresh installation, SIPp as the telephone network and as the agents' phones. A share of the numbers answers after 0.3
to 3.3 s of ringing and talks for 3 to 6 s; the others are busy, do not answer, are wrong or cannot be reached. Agents
wrap up for a second. What is shown: how many who answered met no agent, against the limit; how long those who met one
waited; how busy the agents were, beside a progressive campaign over numbers of the same kind; and whether all outcomes
are those of the ledger.
"""

import asyncio
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from busyhour.bench.bare_ari import percentile
from busyhour.bench.desks import Desks
from busyhour.bench.judge import Judgement, judge
from busyhour.bench.machine import commit, machine
from busyhour.bench.observer import Observer
from busyhour.bench.product import Api, Ports, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.core.model.values import REACHED, Outcome
from busyhour.settings import Settings
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

B = Behavior
MISSES: Final = {B.BUSY: 0.35, B.RING_OUT: 0.35, B.NOT_FOUND: 0.15, B.UNAVAILABLE: 0.15}
"""What becomes of the calls that nobody answers."""
TALKS: Final = 7  # details of TALK: 3 to 6 s
RING_TIMEOUT_S: Final = 6.0
ACW_S: Final = 1.0
LAW: Final = "own"  # 3 % in any 24 hours; rings shorter than a country's law allows, for the test's sake
LIMIT: Final = 0.03
DIAL_S: Final = 0.6  # of waiting for one dial, at the worst
CLOSE_MAX_S: Final = 60.0
RAMP_SHARE: Final = 0.1  # of a campaign, at its end: the list runs out, and agents wait


@dataclass(frozen=True, kw_only=True)
class PredictiveBench:
    """How much to dial."""

    dials: int = 2_000
    compare: int = 500  # dials of the progressive campaign; 0 = none
    agents: int = 20
    answers: float = 0.3  # share of the dials
    lines: int = 60
    seed: int = 1
    offset: int = 2_400  # of all ports
    folder: Path | None = None  # None = a temporary one
    environment: dict[str, str] = field(default_factory=dict)


def bench_predictive(settings: Settings, *, dials: int, compare: int, agents: int, answers: float) -> dict[str, Any]:
    """For the command line. The instance is a fresh one; of the settings only the PBX program is taken."""
    program = {} if settings.pbx_program is None else {"BUSYHOUR_PBX_PROGRAM": str(settings.pbx_program)}
    wanted = PredictiveBench(dials=dials, compare=compare, agents=agents, answers=answers, environment=program)
    return asyncio.run(measure_predictive(wanted))


async def measure_predictive(wanted: PredictiveBench) -> dict[str, Any]:
    """All figures, ready for JSON."""
    begin_s, about = time.monotonic(), {"machine": machine(), "commit": commit()}
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-") as temporary:
        folder = wanted.folder or Path(temporary)
        product = Product(folder / "data", Ports(offset=wanted.offset), environment=wanted.environment)
        sip = 6060 + wanted.offset
        carrier = Carrier(SippSettings(folder=folder, sip_port=sip, media_port=sip + 20), ring_apart=True)
        phones = Phones(SippSettings(folder=folder, sip_port=sip + 10, media_port=sip + 40, echo=False))
        with carrier, phones:
            async with product:
                figures = await _measure(wanted, product, carrier, phones)
            carrier.check_alive()
            phones.check_alive()
    return {**figures, **about, "seconds": round(time.monotonic() - begin_s, 1)}


async def _measure(wanted: PredictiveBench, product: Product, carrier: Carrier, phones: Phones) -> dict[str, Any]:
    numbers = numbers_of(wanted.answers, Random(wanted.seed))  # noqa: S311 a pretended network
    trunk = await make_trunk(product.api, name="network", host=carrier.address, capacity=wanted.lines)
    async with Desks(product.api) as desks, Observer(*product.ari()) as observer:
        agents = await desks.make([phones.sip_address(n) for n in range(wanted.agents)], prefix="bench")
        await desks.open()
        place = {"trunk_ids": [trunk["trunk_id"]], "agent_ids": agents, "max_concurrent": wanted.lines}
        bare: dict[str, Any] = {}
        if wanted.compare:
            chosen = list(itertools.islice(numbers, wanted.compare))
            attempts = await campaign(product.api, "progressive", chosen, place)
            bare = {f"progressive_{name}": figure for name, figure in figures_of(attempts, wanted.agents).items()}
        observer.joined_ms.clear()
        chosen = list(itertools.islice(numbers, wanted.dials))
        attempts = await campaign(product.api, "predictive", chosen, place)
    found = judge(calls_to(chosen, carrier), attempts)
    figures = figures_of(attempts, wanted.agents)
    return {
        **figures,
        **judged(figures, attempts, found),
        "pbx_answer_to_bridge_ms_p50": round(percentile(observer.joined_ms, 0.50), 1),
        "pbx_answer_to_bridge_ms_p99": round(percentile(observer.joined_ms, 0.99), 1),
        "agents": wanted.agents,
        **bare,
    }


def numbers_of(answers: float, dice: Random) -> Iterator[str]:
    """Callees one after the other, in no order."""
    kinds, shares = list(MISSES), list(MISSES.values())
    for n in itertools.count():
        if dice.random() < answers:
            yield number_of(B.TALK, n, detail=dice.randrange(TALKS))
        else:
            yield number_of(dice.choices(kinds, shares)[0], n)


async def campaign(api: Api, mode: str, numbers: Sequence[str], place: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run it to its end. Answers its attempts."""
    campaign_id = await make_campaign(
        api,
        [await make_list(api, mode, numbers)],
        name=mode,
        dial_mode=mode,
        ring_timeout_s=RING_TIMEOUT_S,
        compliance={"preset": LAW},
        acw_mode="fixed",
        acw_max_s=ACW_S,
        **place,
    )
    run_id = await start_run(api, campaign_id)
    await wait_over(api, run_id, timeout_s=60 + DIAL_S * len(numbers))
    return await wait_closed(api, run_id, CLOSE_MAX_S)


def calls_to(numbers: Sequence[str], carrier: Carrier) -> list[Any]:
    digits = {number.removeprefix("+") for number in numbers}
    return [dialog for dialog in carrier.ledger.dialogs() if dialog.number in digits]


def figures_of(attempts: Sequence[Mapping[str, Any]], agents: int) -> dict[str, Any]:
    """What people met, and how busy the agents were until the list ran out."""
    reached = [one for one in attempts if one["outcome"] in REACHED]
    joined = [one for one in reached if one["joined_utc_s"] is not None]
    waits_ms = [(one["joined_utc_s"] - one["answered_utc_s"]) * 1000 for one in joined]
    begin_s = min(one["intent_utc_s"] for one in attempts)
    last_s = max(one["intent_utc_s"] for one in attempts)
    end_s = begin_s + (1 - RAMP_SHARE) * (last_s - begin_s)
    spans = [(one["joined_utc_s"], one["ended_utc_s"] + ACW_S) for one in joined]
    busy_s = sum(max(0.0, min(until_s, end_s) - max(from_s, begin_s)) for from_s, until_s in spans)
    return {
        "dials": len(attempts),
        "answered": len(reached),
        "abandoned": sum(one["outcome"] == Outcome.ABANDONED for one in attempts),
        "utilisation": round(busy_s / (agents * (end_s - begin_s)), 3),
        "dials_per_s": round(len(attempts) / (last_s - begin_s), 1),
        "answered_to_agent_ms_p50": round(percentile(waits_ms, 0.50), 1),
        "answered_to_agent_ms_p95": round(percentile(waits_ms, 0.95), 1),
        "answered_to_agent_ms_p99": round(percentile(waits_ms, 0.99), 1),
        "answered_to_agent_ms_max": round(max(waits_ms, default=0.0), 1),
        "seconds_dialing": round(last_s - begin_s, 1),
    }


def judged(figures: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]], found: Judgement) -> dict[str, Any]:
    """Abandonment against the limit, how the calls were paced, and whether the ledger agrees."""
    share = figures["abandoned"] / figures["answered"] if figures["answered"] else 0.0
    paced = Counter(one["why"].split(":")[0] for one in attempts)
    last = max(attempts, key=lambda one: float(one["intent_utc_s"]))
    return {
        "abandonment": round(share, 4),
        "limit": LIMIT,
        "within_limit": share <= LIMIT,
        "paced": dict(paced),
        "mismatches": len(found.mismatches),
        "doubled": len(found.doubled),
        "lost": len(found.lost),
        "complaints": str(found) if found else "",
        "last_reason": last["why"],
    }
