"""The PBX's clock is set while calls are up (D1): a real Asterisk, whose stamps a proxy moves as a set clock would."""

import asyncio
import random
import re
from pathlib import Path

import pytest

from busyhour.bench.desks import Desks
from busyhour.bench.drills.fault_proxy import FaultProxy
from busyhour.bench.judge import judge
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.conftest import OFFSET, Starter

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]

PORT = 8496 + OFFSET
AGENTS, TALKS, TALK_S = 2, 6, 3
SET_S = -120.0
WAIT_MAX_S = 2.0


@pytest.mark.covers("I30", "I48")
async def test_a_clock_of_the_pbx_that_is_set_and_set_right_again_changes_no_wait_and_no_record(
    started: Starter, tmp_path: Path, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    async with (
        FaultProxy(PORT, f"http://127.0.0.1:{8488 + OFFSET}", random.Random(1)) as proxy,
        started(tmp_path, BUSYHOUR_PBX_ARI_URL=f"http://127.0.0.1:{PORT}/ari") as product,
        Desks(product.api) as desks,
    ):
        with Carrier(carrier_settings) as carrier, Phones(phone_settings) as phones:
            agents = await desks.make([phones.sip_address(n) for n in range(AGENTS)], prefix="clock")
            trunk = await make_trunk(product.api, name="network", host=carrier.address, capacity=AGENTS)
            await desks.open()
            for turn, clock_s in enumerate((SET_S, 0.0)):
                numbers = [number_of(Behavior.TALK, 10 * turn + n, detail=TALK_S) for n in range(TALKS)]
                campaign_id = await make_campaign(
                    product.api,
                    [await make_list(product.api, f"turn {turn}", numbers)],
                    name=f"turn {turn}",
                    dial_mode="progressive",
                    acw_mode="none",
                    trunk_ids=[trunk["trunk_id"]],
                    agent_ids=agents,
                    max_concurrent=AGENTS,
                )
                run_id = await start_run(product.api, campaign_id)
                await talking(carrier)
                proxy.clock_s = clock_s
                await wait_over(product.api, run_id, timeout_s=60)
                attempts = await wait_closed(product.api, run_id, timeout_s=20)
                of_turn = [dialog for dialog in carrier.ledger.dialogs() if f"+{dialog.number}" in numbers]
                found = judge(of_turn, attempts, talk_tolerance_s=1.0)
                assert not found, str(found)
                assert [one["outcome"] for one in attempts] == ["HANDLED"] * TALKS
                assert max(one["wait_after_ms"] for one in attempts) < WAIT_MAX_S * 1000
    assert proxy.harmed
    ahead_s = told(product)
    assert ahead_s[0] == pytest.approx(SET_S, abs=0.5)
    assert ahead_s[-1] == pytest.approx(0.0, abs=0.5)


async def talking(carrier: Carrier) -> None:
    """All agents are; whoever is called next answers by the other clock."""
    async with asyncio.timeout(30):
        while sum(dialog.answered_s is not None and dialog.open for dialog in carrier.ledger.dialogs()) < AGENTS:
            await asyncio.sleep(0.05)


def told(product: Product) -> list[float]:
    """By how much the clock is ahead, each time that the log says that it was set."""
    said = re.findall(r"the clock of the PBX was set.*ahead_s=([0-9.-]+)", product.log.read_text(errors="replace"))
    return [float(one) for one in said]
