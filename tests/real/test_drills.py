"""Engine, PBX and database killed again and again under load, and a link that misbehaves: nothing is lost, doubled or
left behind. Judged by the network's ledger. The long run is `busyhour drill NAME --times N`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from busyhour.bench.drills.bad_link import BAD
from busyhour.bench.drills.drill import run_drills
from busyhour.bench.drills.partition import KINDS as PARTED
from busyhour.bench.drills.scene import DrillSettings
from busyhour.bench.drills.verdict import KINDS
from busyhour.service.keeping import SURE_S
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.once, pytest.mark.timeout(1800)]

UNTIMED = tuple(kind for kind in KINDS if kind != "late")


@pytest.fixture
def wanted(tmp_path: Path, pbx_cache: str) -> DrillSettings:
    return DrillSettings(offset=OFFSET, folder=tmp_path, environment={"BUSYHOUR_PBX_CACHE": pbx_cache})


def judge(figures: dict[str, Any]) -> None:
    """Times are not judged here: the machine is shared. They are printed."""
    print(json.dumps(figures, indent=1))
    assert {kind: figures[kind] for kind in UNTIMED} == dict.fromkeys(UNTIMED, 0), figures["complaints"]
    assert figures["calls"] > 0
    assert figures["writes_acknowledged"] > 0


async def test_kills_and_stops(wanted: DrillSettings) -> None:
    orders = [("engine-kill", 30), ("recovery-kill", 5), ("pbx-restart", 3), ("database-stop", 5)]
    figures = await run_drills(wanted, orders)
    for name, _ in orders:
        judge(figures[name])
    assert figures["engine-kill"]["live_calls_p50"] >= 20


async def test_bad_links_and_other_owners(wanted: DrillSettings) -> None:
    orders = [("proxy", 1), ("partition", 1), ("database-failover", 1), ("standstill", 2)]
    figures = await run_drills(wanted, orders)
    for name, _ in orders:
        judge(figures[name])
    assert all(figures["proxy"][f"harmed_{fault}"] for fault in BAD)
    assert all(figures["partition"][f"harmed_{kind}"] for kind in PARTED)
    assert figures["database-failover"]["failovers"] == 1
    assert figures["standstill"]["standstills"] == 2
    assert figures["standstill"]["stood_still_s_min"] > SURE_S
