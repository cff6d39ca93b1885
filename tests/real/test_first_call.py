"""300 numbers of mixed fate, a progressive campaign, 20 agents with SIP phones: all outcomes equal the ledger."""

import time
from collections import Counter

import pytest

from busyhour.bench.desks import Desks
from busyhour.bench.judge import judge
from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import peak, times_dialed
from busyhour.sim.sipp.media import FRAME_S, MediaEnd
from busyhour.sim.sipp.numbers import Behavior, behavior_of, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

pytestmark = [pytest.mark.real, pytest.mark.once, pytest.mark.timeout(420)]

B = Behavior
MIX = {B.TALK: 120, B.BUSY: 60, B.RING_OUT: 45, B.NOT_FOUND: 15, B.INCOMPLETE: 15} | {
    B.UNAVAILABLE: 15,
    B.BRIEF: 15,
    B.SILENT: 15,
}
RULES = [
    {"outcome": "BUSY", "max_attempts": 1, "delay_s": 2},
    {"outcome": "NO_ANSWER", "max_attempts": 1, "delay_s": 3},
    {"outcome": "CONGESTION", "max_attempts": 2, "delay_s": 2},
]
TIMES = {B.BUSY: 2, B.RING_OUT: 2, B.SILENT: 2, B.UNAVAILABLE: 3}
"""How often the rules let each be dialed, the first time included (WD-127); all others once."""
EXPECTED = {B.TALK: {"HANDLED"}, B.BUSY: {"BUSY"}, B.RING_OUT: {"NO_ANSWER"}, B.NOT_FOUND: {"INVALID_NUMBER"}} | {
    B.INCOMPLETE: {"INVALID_NUMBER"},
    B.UNAVAILABLE: {"CONGESTION"},
    B.BRIEF: {"HANDLED", "ABANDONED"},  # the callee may be gone before the agent is there
    B.SILENT: {"NO_ANSWER"},
}
RING_TIMEOUT_S = 6.0
READ_LATE_S = 0.1
"""The ring time runs from the order. The network reads the INVITE this much later at most, and never hears the end of a
call that it did not answer at all: without it, such a call would seem up when its line has its next one already."""
CAPACITY = 15
AGENTS = 20


def mixed_numbers() -> list[str]:
    """All behaviors spread over the list; the talkers talk 3 to 6 s."""
    numbers = [
        (n / count, number_of(b, n, detail=n % 7 if b is B.TALK else 0))
        for b, count in MIX.items()
        for n in range(count)
    ]
    return [number for _place, number in sorted(numbers)]


@pytest.mark.covers("WD-123", "WD-124", "WD-127")
async def test_all_outcomes_equal_the_ledger(
    product: Product, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    numbers = mixed_numbers()
    assert len(set(numbers)) == 300
    async with MediaEnd(carrier_settings.media_port + 10, tone_hz=700) as ear, Desks(product.api) as desks:
        with Carrier(carrier_settings, media_elsewhere=ear.port) as carrier, Phones(phone_settings) as phones:
            trunk = await make_trunk(product.api, name="network", host=carrier.address, capacity=CAPACITY)
            agents = await desks.make([phones.sip_address(n) for n in range(AGENTS)], prefix="first")
            campaign_id = await make_campaign(
                product.api,
                [await make_list(product.api, "mixed", numbers)],
                name="first call",
                dial_mode="progressive",
                max_concurrent=100,
                ring_timeout_s=RING_TIMEOUT_S,
                compliance={"preset": "own"},  # rings shorter than any law allows
                acw_mode="none",
                retry_rules=RULES,
                trunk_ids=[trunk["trunk_id"]],
                agent_ids=agents,
            )
            await desks.open()
            run_id = await start_run(product.api, campaign_id)
            await wait_over(product.api, run_id, timeout_s=200)
            attempts = await wait_closed(product.api, run_id, timeout_s=30)
            carrier.check_alive()
            dialogs = carrier.ledger.dialogs()

    found = judge(dialogs, attempts, talk_tolerance_s=0.5)
    assert not found, str(found)
    for attempt in attempts:
        assert attempt["outcome"] in EXPECTED[behavior_of(attempt["number"])[0]], attempt
    assert len(attempts) == len(dialogs)
    assert times_dialed(dialogs) == Counter({n[1:]: TIMES.get(behavior_of(n)[0], 1) for n in numbers})
    assert peak(dialogs, unanswered_s=RING_TIMEOUT_S - READ_LATE_S, until_s=time.time()) <= CAPACITY
    talked_s = sum(dialog.talk_s or 0 for dialog in dialogs)
    heard_s = ear.packets * FRAME_S
    assert heard_s >= 0.9 * talked_s, f"the network heard {heard_s:.0f} s of {talked_s:.0f} s"
