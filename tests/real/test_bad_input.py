"""Wrong files, wrong numbers, wrong passwords, missing parts: a clear error that says what to do, and nothing lost."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from busyhour.bench.desks import PASSWORD
from busyhour.bench.product import Api, ApiError, Ports, Product, ProductFailed
from busyhour.bench.work import make_campaign, make_list, upload
from tests.real.conftest import OFFSET, Starter

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

MEGABYTE = 1024 * 1024
ANSWER_MAX_S = 2.0  # other users' requests while somebody's bad file is being read


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(started: Starter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    async with started(tmp_path_factory.mktemp("bad-input")) as product:
        yield product.api


async def import_error(job: Awaitable[Any]) -> str:
    """Refused at once, or found bad while being read: what the user sees."""
    try:
        done = await job
    except ApiError as refused:
        return refused.text if refused.status in {400, 413, 422} else f"{refused.status}!"
    return str(done["error"]) if done["state"] == "failed" else f"{done['state']}!"


async def refusal(api: Api, content: bytes, *, name: str = "list.csv") -> str:
    """What the user is told about this file. The list must be as it was: empty."""
    made = await api.post("/api/lists", {"name": f"bad {random.random()}"})
    text = await import_error(upload(api, made["list_id"], content, name=name))
    assert (await api.get(f"/api/lists/{made['list_id']}"))["contacts"] == 0
    assert len(text) > 20, f"not a sentence: {text!r}"
    assert "Traceback" not in text
    return str(text)


async def test_empty_file(api: Api) -> None:
    assert "empty" in (await refusal(api, b"")).lower()


async def test_binary_file(api: Api) -> None:
    text = await refusal(api, random.Random(1).randbytes(50_000))
    assert "csv" in text.lower() or "text" in text.lower()


async def test_program_named_as_a_spreadsheet(api: Api) -> None:
    await refusal(api, b"MZ" + random.Random(2).randbytes(10_000), name="list.xlsx")


async def test_200_mb_of_one_line_while_others_work(api: Api) -> None:
    refused = asyncio.create_task(refusal(api, b"4915200000000 " * (200 * MEGABYTE // 14)))
    slowest_s = 0.0
    while not refused.done():
        begin_s = time.monotonic()
        await api.get("/api/lists")
        slowest_s = max(slowest_s, time.monotonic() - begin_s)
        await asyncio.wait([refused], timeout=0.2)
    await refused
    assert slowest_s < ANSWER_MAX_S


async def test_file_over_the_limit_is_named_too_large(api: Api) -> None:
    text = await refusal(api, b"number,name\n" * (257 * MEGABYTE // 12 + 1))
    assert "MB" in text or "large" in text


async def test_wrongly_encoded_file(api: Api) -> None:
    """Said to be UTF-8, and is not."""
    made = await api.post("/api/lists", {"name": "wrongly encoded"})
    content = "number,name\n+4915200000001,Müller\n".encode("latin-1")
    text = await import_error(upload(api, made["list_id"], content, encoding="utf-8"))
    assert "utf-8" in text.lower()
    assert (await api.get(f"/api/lists/{made['list_id']}"))["contacts"] == 0


async def test_number_with_letters_is_rejected_with_its_line(api: Api) -> None:
    made = await api.post("/api/lists", {"name": "letters"})
    content = b"number,name\n+4915200000001,Ann\n+49152ABC00002,Bob\n+4915200000003,Cid\n"
    job = await upload(api, made["list_id"], content)
    assert (job["state"], job["contacts_added"], job["rows_rejected"]) == ("done", 2, 1)
    (reject,) = await api.get(f"/api/imports/{job['import_id']}/rejects")
    assert reject["line"] == 3
    assert "49152ABC00002" in reject["text"]
    assert reject["reason"]


async def test_campaign_without_trunk_cannot_start(api: Api) -> None:
    list_id = await make_list(api, "no trunk", ["+4915200000001"])
    campaign_id = await make_campaign(api, [list_id], name="no trunk", dial_mode="agentless")
    with pytest.raises(ApiError, match="trunk") as refused:
        await api.post(f"/api/campaigns/{campaign_id}/start")
    assert refused.value.status in {409, 422}
    assert not [run for run in await api.get("/api/runs", active="true") if run["campaign_id"] == campaign_id]


async def test_twenty_wrong_passwords_are_slowed_down_and_harm_no_other(api: Api) -> None:
    for login in ("victim", "other"):
        await api.post("/api/users", {"login": login, "name": login, "role": "supervisor", "password": PASSWORD})
    told: list[ApiError] = []
    visitor = Api(api.url)
    for n in range(21):  # twenty are looked at, then no more
        with pytest.raises(ApiError) as refused:
            await visitor.log_in("victim", f"wrong password {n}")
        told.append(refused.value)
    assert told[0].status == 401
    assert told[-1].status == 429
    assert "Wait" in told[-1].text
    assert len({error.text for error in told if error.status == 401}) == 1  # says nothing about how close it was
    assert (await api.get("/health"))["ok"]
    await visitor.close()


# Missing parts


async def test_stopped_database_is_said_and_nothing_is_lost(started: Starter, tmp_path: Path) -> None:
    async with started(tmp_path, offset=OFFSET + 1) as product:
        await make_list(product.api, "kept", ["+4915200000001", "+4915200000002"])
        for process in postgres_of(product):
            process.kill()
        with pytest.raises(ApiError) as refused:
            await product.api.get("/api/lists")
        assert refused.value.status == 503
        assert "database" in refused.value.text.lower()
        await product.stop()
        await product.start()
        (kept,) = [found for found in await product.api.get("/api/lists") if found["name"] == "kept"]
        assert kept["contacts"] == 2


async def test_database_that_is_not_there(pbx_cache: str, tmp_path: Path) -> None:
    url = "postgresql://nobody:nothing@127.0.0.1:9/none"
    text = await failing_start(tmp_path, BUSYHOUR_DATABASE_URL=url, BUSYHOUR_PBX_CACHE=pbx_cache)
    assert "BUSYHOUR_DATABASE_URL" in text
    assert "nothing" not in text.replace("nothing is", "")  # the password is not shown


async def test_pbx_that_is_not_there(tmp_path: Path) -> None:
    text = await failing_start(tmp_path, BUSYHOUR_PBX_PROGRAM="/no/such/asterisk")
    assert "/no/such/asterisk" in text
    assert "BUSYHOUR_PBX_PROGRAM" in text or "doctor" in text


async def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    told = await asyncio.to_thread(doctor, tmp_path)
    assert told.returncode != 0
    assert "/no/such/asterisk" in told.stdout + told.stderr
    assert "Traceback" not in told.stdout + told.stderr


def doctor(folder: Path) -> subprocess.CompletedProcess[str]:
    given = {"BUSYHOUR_DATA": str(folder), "BUSYHOUR_PBX_PROGRAM": "/no/such/asterisk"}
    command = [sys.executable, "-m", "busyhour", "doctor"]
    environment: dict[str, Any] = os.environ | given | Ports(offset=OFFSET + 1).environment()
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def postgres_of(product: Product) -> list[psutil.Process]:
    return [process for process in product.processes() if "postgres" in process.name()]


async def failing_start(folder: Path, **environment: str) -> str:
    """What `busyhour up` says when it cannot start; it must leave nothing running."""
    product = Product(folder / "data", Ports(offset=OFFSET + 1), environment=environment)
    try:
        with pytest.raises(ProductFailed):
            await product.start()
        assert "Traceback" not in product.log_tail()
        left = [process for process in product.processes() if "postgres" not in process.name()]
        assert not left, "left running"
        return product.log_tail()
    finally:
        product.sweep()
