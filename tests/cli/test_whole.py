"""The commands of the first-call guide, typed at a real running product: a file goes in, a report comes out."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from busyhour.bench.product import Ports, Product

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
COMMAND_MAX_S = 60
RUN_MAX_S = 90
LOOK_EVERY_S = 1.0
FINAL = {"BUSY", "INVALID_NUMBER", "IVR_COMPLETED"}

# The demo carrier acts by the last two digits: answers and listens, busy, no such number.
ADA, BEN, CLEO = "+12125550111", "+12125550155", "+12125550182"
PEOPLE = f"phone,name,city\n{ADA},Ada,Rome\n{BEN},Ben,Oslo\n{CLEO},Cleo,Lima\nnot a number,Dan,Bonn\n"


async def busyhour(data: Path, *words: str, code: int = 0) -> str:
    environment = {**os.environ, "BUSYHOUR_DATA": str(data)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "busyhour", *words, env=environment, stdout=-1, stderr=-1
    )
    out, err = await asyncio.wait_for(process.communicate(), COMMAND_MAX_S)
    assert process.returncode == code, f"busyhour {' '.join(words)}: {err.decode()}{out.decode()}"
    return (out if code == 0 else err).decode()


async def outcomes(data: Path) -> dict[str, str | None]:
    report: Any = json.loads(await busyhour(data, "report", "--campaign", "spring", "--json"))
    return {row["number"]: row["outcome"] for row in report["attempts"]}


@pytest.mark.real
@pytest.mark.timeout(300)
async def test_the_guides_commands_lead_from_a_file_to_a_report(tmp_path: Path) -> None:
    data, people = tmp_path / "data", tmp_path / "people.csv"
    people.write_text(PEOPLE)
    kept = {name: os.environ[name] for name in ("BUSYHOUR_PBX_CACHE",) if name in os.environ}
    async with Product(data, Ports(offset=OFFSET), arguments=("--demo",), environment=kept):
        job = json.loads(await busyhour(data, "import", str(people), "--list", "people", "--json"))
        assert (job["import"]["contacts_added"], len(job["rejects"])) == (3, 1)
        words = ("--list", "people", "--trunk", "Demo carrier", "--mode", "agentless", "--prompt", "Demo reminder")
        always = ("--callee-hours", "00:00-24:00")  # whatever the time is where the demo's people are
        await busyhour(data, "campaign", "create", "spring", *words, *always)
        await busyhour(data, "campaign", "start", "spring")
        async with asyncio.timeout(RUN_MAX_S):
            while set((await outcomes(data)).values()) != FINAL:
                await asyncio.sleep(LOOK_EVERY_S)  # a report is asked for; nothing announces it to a terminal
        assert await outcomes(data) == {ADA: "IVR_COMPLETED", BEN: "BUSY", CLEO: "INVALID_NUMBER"}
        contacts = json.loads(await busyhour(data, "list", "show", "people", "--json"))["contacts"]
        ada = next(row for row in contacts if row["numbers"] == [ADA])
        assert "IVR_COMPLETED" in await busyhour(data, "explain", "lead", str(ada["contact_id"]))
        assert "is not running" in await busyhour(data, "campaign", "pause", "spring", code=1)
    assert "busyhour up" in await busyhour(data, "campaign", "ls", code=1)
