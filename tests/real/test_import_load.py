"""A list is imported while calls go on (G8). The long run is `busyhour drill import`, with a million rows."""

import json
from pathlib import Path

import pytest

from busyhour.bench.drills.drill import run_drills
from busyhour.bench.drills.scene import DrillSettings
from busyhour.bench.drills.verdict import KINDS
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

ROWS = 20_000


@pytest.mark.covers("I6", "I7")
async def test_an_import_while_calls_go_on_loses_none_and_forbids_what_is_forbidden(
    tmp_path: Path, pbx_cache: str
) -> None:
    """Times are not judged here: the machine is shared. They are printed."""
    environment = {"BUSYHOUR_PBX_CACHE": pbx_cache}
    wanted = DrillSettings(offset=OFFSET, agents=12, lines=12, rows=ROWS, folder=tmp_path, environment=environment)
    figures = (await run_drills(wanted, [("import", 1)]))["import"]
    print(json.dumps(figures, indent=1))
    assert {kind: figures[kind] for kind in KINDS} == dict.fromkeys(KINDS, 0), figures["complaints"]
    assert figures["rows"] == ROWS
    assert figures["live_calls_min"] >= 10
    assert figures["calls_while"] > 0
    assert figures["forbidden"] > 0
