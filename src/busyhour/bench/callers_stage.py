"""What benchmarks of callers have in common: a queue behind a number, agents who talk for a while, our records.

The callers themselves, and how they are judged, are each benchmark's own.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp

from busyhour.bench.desks import Desk
from busyhour.bench.product import Api, ApiError
from busyhour.sim.sipp.callers import Callers

DIALED: Final = "4930555"
LOOK_S: Final = 0.1
END_MAX_S: Final = 30.0  # more than the callers want, until the last one has hung up
BUSY_STATUS: Final = 500  # of answers from here on: it did not take effect, or not yet
SETTLE_S: Final = 2.0  # after the last caller, for the product's records


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary one through which the database's own user can pass."""
    with tempfile.TemporaryDirectory(prefix="busyhour-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o711)
        yield folder


async def open_queue(api: Api, agents: Sequence[int], *, name: str, **settings: Any) -> int:
    """A queue served by these agents, behind the number `DIALED`. Answers its id."""
    members = [{"agent_id": agent_id} for agent_id in agents]
    usual = {"queue_id": 0, "name": name, "members": members, "acw_mode": "none", "sticky": {"window_s": 0.0}}
    queue = await api.post("/api/queues", {**usual, **settings})
    treatment = {"to": [{"kind": "queue", "target": str(queue["queue_id"])}]}
    await api.post("/api/dialed-numbers", {"number_id": 0, "pattern": DIALED, "treatment": treatment})
    return int(queue["queue_id"])


async def work(desk: Desk, dice: Random, talk_s: tuple[float, float]) -> None:
    """For ever: talk for a while with whoever comes, and hang up."""
    while True:
        if desk.agent.get("state") == "on_contact":
            await _talk(desk, dice.uniform(*talk_s))
        elif desk.agent.get("state") == "not_ready":
            await desk.press("ready")
        await asyncio.sleep(LOOK_S)


async def _talk(desk: Desk, talk_s: float) -> None:
    """Who hangs up before that is gone: the next caller has the whole time again."""
    call = desk.call_id
    with suppress(TimeoutError):
        await desk.wait(lambda shown: shown.call_id != call, talk_s)
        return
    while desk.call_id == call:
        done = await _hang_up(desk)
        await asyncio.sleep(LOOK_S)
        if done:
            return


async def _hang_up(desk: Desk) -> bool:
    """False: the product was too busy to say whether it did, or had just closed an idle connection that we reused. They
    press again, as anybody would."""
    try:
        await desk.press("hangup")
    except aiohttp.ClientConnectionError:
        return False
    except ApiError as refused:
        if refused.status >= BUSY_STATUS:
            return False
        if refused.code != "no_call":  # they hung up in this moment
            raise
    return True


async def until_silent(crowds: Sequence[Callers], stays_s: float, *, count: Callable[[], None] = lambda: None) -> None:
    """Nobody new comes; who is there stays for as long as they wanted, `stays_s` at most. Raises `TimeoutError`."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + stays_s + END_MAX_S
    while any(dialog.open for crowd in crowds for dialog in crowd.ledger.dialogs()):
        if loop.time() > deadline_s:
            raise TimeoutError("callers are on the line who were to have hung up")
        count()
        await asyncio.sleep(1.0)
    await asyncio.sleep(SETTLE_S)


async def caller_rows(api: Api, **which: Any) -> list[Mapping[str, Any]]:
    return [row async for row in api.pages("/api/callers", **which)]


async def queue_counts(api: Api, queue_id: int) -> Mapping[str, Any]:
    """What the product counted of the queue today. Zeros before its first caller."""
    report = await api.get("/api/reports/queues", queue_id=queue_id)
    counts: Mapping[str, Any] = report["totals"][0]["counts"] if report["totals"] else {}
    return counts
