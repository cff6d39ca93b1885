"""What an administrator sets up before a run, said over the HTTP API: trunk, list, prompt, campaign; and the run."""

import asyncio
import io
import time
from collections.abc import Iterable
from typing import Any, Final

import aiohttp

from busyhour.bench.product import Api
from busyhour.core.life.run import RunState

LOOK_EVERY_S: Final = 0.25
ALL_DAY: Final = {"from_s": 0, "until_s": 86_400, "days": [1, 2, 3, 4, 5, 6, 7]}
OVER: Final = frozenset({RunState.IDLE, RunState.COMPLETED, RunState.REMOVED})


class ImportFailed(Exception):
    """The product did not take the numbers."""


async def make_trunk(api: Api, *, name: str, host: str, capacity: int, calls_per_s_max: int = 0) -> dict[str, Any]:
    """A trunk to the simulated network."""
    body = {"name": name, "host": host, "capacity": capacity, "calls_per_s_max": calls_per_s_max}
    answer: dict[str, Any] = await api.post("/api/trunks", body)
    return answer


async def make_list(api: Api, name: str, numbers: Iterable[str], *, timeout_s: float = 120) -> int:
    """A list with these numbers, imported as a file. Answers its id."""
    rows = [f"{number},Callee {n}" for n, number in enumerate(numbers)]
    made = await api.post("/api/lists", {"name": name})
    list_id = int(made["list_id"])
    job = await upload(api, list_id, "\n".join(["number,name", *rows, ""]).encode(), timeout_s=timeout_s)
    if job["state"] != "done" or job["contacts_added"] != len(rows):
        raise ImportFailed(str(job))
    return list_id


async def upload(
    api: Api, list_id: int, content: bytes, *, name: str = "list.csv", timeout_s: float = 120, **how: str
) -> Any:
    """Import a file into a list; `how` is the form's `format`, `delimiter`, `encoding`. Answers the job when over."""
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename=name, content_type="text/csv")
    for field, value in how.items():
        form.add_field(field, value)
    job = await api.ask("POST", f"/api/lists/{list_id}/imports", data=form)
    async with asyncio.timeout(timeout_s):
        while job["state"] == "running":
            await asyncio.sleep(LOOK_EVERY_S)
            job = await api.get(f"/api/imports/{job['import_id']}")
    return job


async def make_campaign(api: Api, list_ids: Iterable[int], **settings: Any) -> int:
    """A campaign that may call at any hour; `settings` are fields of `Campaign`. Answers its id."""
    campaign = {"campaign_id": 0, "active_hours": ALL_DAY, "callee_hours": ALL_DAY, **settings}
    lists = [{"list_id": list_id, "role": "normal"} for list_id in list_ids]
    answer = await api.post("/api/campaigns", {"campaign": campaign, "lists": lists})
    return int(answer["campaign"]["campaign_id"])


async def start_run(api: Api, campaign_id: int) -> int:
    answer = await api.post(f"/api/campaigns/{campaign_id}/start")
    return int(answer["run_id"])


async def wait_over(api: Api, run_id: int, timeout_s: float) -> dict[str, Any]:
    """Until the run has nothing more to do."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        run: dict[str, Any] = await api.get(f"/api/runs/{run_id}")
        if run["state"] in OVER:
            return run
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"run is not over after {timeout_s:.0f} s: {run}")
        await asyncio.sleep(LOOK_EVERY_S)


async def wait_closed(api: Api, run_id: int, timeout_s: float) -> list[dict[str, Any]]:
    """Until no attempt of the run is open, or time is over. Answers all its attempts."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        page = await api.get("/api/attempts", run_id=run_id, open_only="true", limit=1)
        if not page["rows"]:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    return await attempts_of(api, run_id)


async def attempts_of(api: Api, run_id: int) -> list[dict[str, Any]]:
    return [row async for row in api.pages("/api/attempts", run_id=run_id)]
