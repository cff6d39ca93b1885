"""A new version takes over from the running one, by `busyhour restart`: with calls up, and not at all when something is
against it (A16). The long run is `busyhour drill upgrade --times N`.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from busyhour.bench.drills.drill import run_drills
from busyhour.bench.drills.log import lines_of
from busyhour.bench.drills.own_program import OwnProgram
from busyhour.bench.drills.scene import DrillSettings
from busyhour.bench.drills.verdict import KINDS
from busyhour.bench.product import Ports, Product, ProductFailed
from tests.real.conftest import OFFSET

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

UNTIMED = tuple(kind for kind in KINDS if kind != "late")


@pytest.mark.once
async def test_an_upgrade_drops_no_call(tmp_path: Path, pbx_cache: str) -> None:
    """Times are not judged here: the machine is shared. They are printed."""
    wanted = DrillSettings(offset=OFFSET, folder=tmp_path, environment={"BUSYHOUR_PBX_CACHE": pbx_cache})
    figures = (await run_drills(wanted, [("upgrade", 2)]))["upgrade"]
    print(json.dumps(figures, indent=1))
    assert {kind: figures[kind] for kind in UNTIMED} == dict.fromkeys(UNTIMED, 0), figures["complaints"]
    assert figures["upgrades"] == 2
    assert figures["live_calls_ordered_min"] >= 50
    assert figures["live_calls_min"] > 0


async def test_what_is_against_a_new_version_is_said_and_changes_nothing(tmp_path: Path, pbx_cache: str) -> None:
    program = OwnProgram(tmp_path / "program")
    source = tmp_path / "program/busyhour"
    environment = {"BUSYHOUR_PBX_CACHE": pbx_cache} | program.environment()
    async with Product(tmp_path / "data", Ports(offset=OFFSET), environment=environment) as product:
        engine = product.engine()
        assert engine is not None
        broken = changed(source / "main/product.py", lambda text: text + "\nthis is no program\n")
        with broken, pytest.raises(ProductFailed, match="does not load: SyntaxError"):
            await product.restart()
        older = changed(max((source / "adapters/sql/migrations/versions").glob("s*_*.py")), None)
        with older, pytest.raises(ProductFailed, match="A newer version has brought the database to step"):
            await product.restart()
        assert product.engine() == engine
        assert (await product.api.get("/health"))["ok"]

        with changed(source / "adapters/asterisk/templates/rtp.conf", lambda text: text + "\n; another text\n"):
            version = program.install_next()
            answer = await product.restart()  # nobody talks: the PBX may be started anew
        assert (answer["version"], answer["calls"], answer["steps"]) == (version, 0, 1)
        assert len(lines_of(product.folder, '"pbx_started"')) == 2
        assert (await product.api.get("/health"))["ok"]


class changed:  # noqa: N801 (used as a function)
    """A file of the program is another one, or none, for a while."""

    def __init__(self, file: Path, change: Callable[[str], str] | None) -> None:
        self._file, self._change = file, change

    def __enter__(self) -> None:
        self._text = self._file.read_text()
        if self._change is None:
            self._file.unlink()
        else:
            self._file.write_text(self._change(self._text))

    def __exit__(self, *_given: object) -> None:
        self._file.write_text(self._text)
