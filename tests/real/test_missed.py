"""Callers who come and go while the product's engine is dead, by real SIP: reports and the callers' page have them."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from busyhour.bench.product import Product
from busyhour.bench.work import make_trunk
from busyhour.sim.sipp.callers import Callers

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
CALLERS = 6890 + OFFSET
FOUND_MAX_S = 20.0
DIALED = "49305001"


async def _lead_to_a_queue(product: Product) -> int:
    trunk = await make_trunk(product.api, name="callers", host=f"127.0.0.1:{CALLERS}", capacity=9)
    settings = {"queue_id": 0, "name": "Sales", "callback": {"lost": True}, "trunk_ids": [trunk["trunk_id"]]}
    queue = await product.api.post("/api/queues", settings)
    queue_id = int(queue["queue_id"])
    to = {"to": [{"kind": "queue", "target": str(queue_id)}]}
    await product.api.post("/api/dialed-numbers", {"number_id": 0, "pattern": DIALED, "treatment": to})
    return queue_id


def _caller(product: Product, folder: Path, **more: Any) -> Callers:
    to = f"127.0.0.1:{product.ports.environment()['BUSYHOUR_PBX_SIP_PORT']}"
    given: dict[str, Any] = {"sip_port": CALLERS, "to": to, "dialed": DIALED, "media_port": CALLERS + 7}
    return Callers(folder, **{**given, **more})


async def _calls_and_hangs_up(product: Product, folder: Path, **more: Any) -> None:
    with _caller(product, folder, patience_s=1.0, **more) as phone:
        dialog = await phone.dialog(lambda dialog: not dialog.open, max_s=15)
    assert dialog.answered_s is None


async def _rows(product: Product) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await product.api.get("/api/callers", limit=10))["rows"]
    return rows


@pytest.mark.covers("I16", "I29", "MZ-040")
async def test_who_called_while_no_engine_was_there_is_in_the_report_once_and_is_called_back(
    product: Product, tmp_path: Path
) -> None:
    queue_id = await _lead_to_a_queue(product)
    with _caller(product, tmp_path / "before", number="+4930777001", talk_s=1.0) as phone:
        await phone.dialog(lambda dialog: not dialog.open and dialog.answered_s is not None, max_s=15)
    async with asyncio.timeout(FOUND_MAX_S):
        while [row["outcome"] for row in await _rows(product)] != ["ABANDONED"]:
            await asyncio.sleep(0.2)
    await product.kill()
    began_s = time.time()
    shown = '"Zo\u00eb %41, \\"x/1/2/3\\""'
    await _calls_and_hangs_up(product, tmp_path / "known", number="+4930777002", shown=shown)
    await _calls_and_hangs_up(
        product, tmp_path / "withheld", number="anonymous", shown='"Anonymous"', headers={"Privacy": "id"}
    )
    gone_s = time.time()
    await product.start()
    async with asyncio.timeout(FOUND_MAX_S):
        while len(rows := await _rows(product)) < 3:
            await asyncio.sleep(0.2)
    by_number = {row["number"]: row for row in rows}
    assert set(by_number) == {"+4930777001", "+4930777002", ""}
    for number in ("+4930777002", ""):
        row = by_number[number]
        assert (row["outcome"], row["dialed"], row["queue_id"]) == ("ABANDONED", DIALED, queue_id)
        assert began_s - 1 < row["arrived_utc_s"] < row["ended_utc_s"] < gone_s + 1
        assert row["why"] == "nobody was there to take the call"
    assert by_number["+4930777002"]["name"] == 'Zo\u00eb %41, \\"x/1/2/3\\"'
    promised = [one["number"] for one in await product.api.get("/api/callbacks")]
    assert sorted(promised) == ["+4930777001", "+4930777002"]
    [figures] = (await product.api.get("/api/reports/queues", queue_id=queue_id))["totals"]
    assert (figures["counts"]["entered"], figures["counts"]["abandoned"]) == (3, 3)
    await product.kill_engine()
    await product.wait_ready()
    await asyncio.sleep(6.0)  # more than until the next engine has asked
    assert len(await _rows(product)) == 3
