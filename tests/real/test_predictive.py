"""A predictive campaign on the real PBX: 300 numbers, 20 agents; nobody beyond the limit is left without an agent."""

from pathlib import Path

import pytest

from busyhour.bench.predictive import PredictiveBench, measure_predictive
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


@pytest.mark.covers("MZ-088", "MZ-106", "I10")
async def test_who_answers_meets_an_agent_and_all_outcomes_equal_the_ledger(tmp_path: Path, pbx_cache: str) -> None:
    wanted = PredictiveBench(
        dials=300, compare=0, offset=OFFSET, folder=tmp_path, environment={"BUSYHOUR_PBX_CACHE": pbx_cache}
    )
    found = await measure_predictive(wanted)
    assert found["dials"] == 300
    assert (found["mismatches"], found["doubled"], found["lost"]) == (0, 0, 0), found["complaints"]
    assert found["answered"] > 60
    assert found["within_limit"], f"{found['abandoned']} of {found['answered']} met no agent"
    assert found["paced"].get("predictive", 0) > 50, found["paced"]
    assert found["answered_to_agent_ms_max"] <= 2_500
    for part in ("free", "ringing", "is accepted", "abandoned in the last 24 hours"):
        assert part in found["last_reason"]
