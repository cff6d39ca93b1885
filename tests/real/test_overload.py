"""Ten times as many callers as the agents of a queue can serve, on the real PBX, beside another company."""

import json
from pathlib import Path

import pytest

from busyhour.bench.overload import NEIGHBOR, OVERLOADED, OverloadBench, measure_overload
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


async def test_who_finds_no_place_hears_busy_and_the_agents_go_on_serving(tmp_path: Path, pbx_cache: str) -> None:
    """Judged by counts, for the machine is shared. Beside a queue of two, two agents are never free for long."""
    wanted = OverloadBench(
        times=(10,),
        agents=2,
        waiting_max=2,
        neighbors=1,
        seconds=12.0,
        idle_max_s=5.0,
        offset=OFFSET,
        folder=tmp_path,
        environment={"BUSYHOUR_PBX_CACHE": pbx_cache},
    )
    figures = await measure_overload(wanted)
    assert json.loads(json.dumps(figures)) == figures
    assert figures["violations"] == 0, figures["faults"]
    [step] = figures["steps"]
    found, beside = step[OVERLOADED], step[NEIGHBOR]
    assert found["arrived"] > 35
    assert found["served"] >= 3
    assert found["turned_away"] > found["arrived"] / 2, "only some were to wait"
    assert found["arrived"] == found["served"] + found["turned_away"] + found["gave_up"]
    assert beside["arrived"] >= 1
    assert beside["served"] == beside["arrived"], "the other company's callers are served as ever"
