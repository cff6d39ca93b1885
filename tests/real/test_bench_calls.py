"""The benchmark of calls works and finds nothing wrong. Its figures are not judged here: the machine is shared."""

import json
from pathlib import Path

import pytest

from busyhour.bench.calls import CallsBench, measure_calls
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


async def test_short_run_measures_everything(tmp_path: Path, pbx_cache: str) -> None:
    wanted = CallsBench(
        rates=(20, 40),
        step_s=3,
        calls=300,
        calls_at_once=50,
        agents=10,
        agents_cps=5,
        agents_s=10,
        offset=OFFSET,
        folder=tmp_path,
        environment={"BUSYHOUR_PBX_CACHE": pbx_cache},
    )
    figures = await measure_calls(wanted)
    assert json.loads(json.dumps(figures)) == figures
    assert (figures["mismatches"], figures["doubled"], figures["lost"]) == (0, 0, 0), figures["complaints"]
    assert figures["cps_bare"] == pytest.approx(40, rel=0.05)
    assert figures["calls"] == 300
    assert figures["ratio"] > 0
    assert figures["joined"] == 50
    assert 0 < figures["answer_to_bridge_ms_p50"] <= figures["answer_to_bridge_ms_p99"]
    assert figures["machine"]
