"""A full disk (C6) with the whole product on a real PBX: of the database, of recordings, of journal and logs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.bench.desks import Desks
from busyhour.bench.judge import judge
from busyhour.bench.product import ApiError, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.ledger import times_dialed
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings
from tests.real.conftest import OFFSET, Starter
from tests.real.full_disk import WAYS, Closed, Disk, Full, Limited, full, of_server, until, use_up_the_log

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

TALKERS, AGENTS = 2, 4
LONG = [number_of(Behavior.TALK, n, detail=9) for n in range(TALKERS)]
SHORT = [number_of(Behavior.TALK if n % 4 == 0 else Behavior.BUSY, n) for n in range(900)]
DATABASE, MONITOR, JOURNAL = "db", "pbx/spool/monitor", "journal"
LOGS = (JOURNAL, "log", "pbx/log")
PARTS = (DATABASE, MONITOR, *LOGS)
FREE_MIN = 16 * 1024 * 1024
BACK_MAX_S = 45.0  # a private server that does not start is tried again after 30 s at most
QUIET_S = 4.0
SEGMENT_S = 60.0  # of the journal: an open one goes on where we may not mount


@dataclass
class Center:
    """Two long talks, and two agents for whom numbers are dialed all the time: short talks, and busy ones."""

    product: Product
    carrier: Carrier
    desks: Desks
    run_id: int
    mounted: dict[str, Disk]

    def disks(self, *folders: str) -> list[Full]:
        """Where we may not mount: the server's files cannot grow, and other folders take no new file."""
        if self.mounted:
            return [self.mounted[folder] for folder in folders]
        data = self.product.folder
        return [Limited(lambda: of_server(data)) if part == DATABASE else Closed(data / part) for part in folders]

    def dialed(self) -> int:
        return len(list(self.carrier.ledger.dialogs()))

    def talking(self) -> int:
        long = {number[1:] for number in LONG}
        return sum(d.number in long and d.answered_s is not None and d.open for d in self.carrier.ledger.dialogs())

    def log(self) -> str:
        """What the product says on its terminal."""
        return self.product.log.read_text(errors="replace")

    async def dials(self, within_s: float = 30.0) -> float:
        """Until two more numbers were dialed. Answers how long that took."""
        before = self.dialed()
        return await until(lambda: self.dialed() >= before + 2, within_s, "numbers are dialed")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def center(
    request: pytest.FixtureRequest, started: Starter, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Center]:
    folder = tmp_path_factory.mktemp("disks")
    network = SippSettings(folder=folder / "carrier", sip_port=6060 + OFFSET, media_port=6080 + OFFSET)
    agents = SippSettings(folder=folder / "phones", sip_port=6070 + OFFSET, media_port=6100 + OFFSET, echo=False)
    async with AsyncExitStack() as stack:
        mounted = dict[str, Disk]()
        for part in PARTS if request.param == "mounted" else ():
            mounted[part] = Disk(folder / "data" / part)
            stack.callback(mounted[part].unmount)
        product = await stack.enter_async_context(
            started(folder, BUSYHOUR_RECORDING_FREE_BYTES_MIN=str(FREE_MIN if mounted else 0))
        )
        carrier = stack.enter_context(Carrier(network))
        phones = stack.enter_context(Phones(agents))
        desks = await stack.enter_async_context(Desks(product.api))
        made = await desks.make([phones.sip_address(n) for n in range(AGENTS)], prefix="disk")
        trunk = await make_trunk(product.api, name="network", host=carrier.address, capacity=100)
        campaign_id = await make_campaign(
            product.api,
            [await make_list(product.api, "all", LONG + SHORT)],
            name="disk",
            dial_mode="progressive",
            max_concurrent=20,
            acw_mode="none",
            recording="always",
            trunk_ids=[trunk["trunk_id"]],
            agent_ids=made,
        )
        await desks.open()
        center = Center(product, carrier, desks, await start_run(product.api, campaign_id), mounted)
        await until(lambda: center.talking() == TALKERS, 40, "long talks are up")
        yield center
        await end_well(center)


async def end_well(center: Center) -> None:
    """What the network saw is what the product tells: nobody was called twice, nothing is lost."""
    await center.product.api.post(f"/api/runs/{center.run_id}/remove")
    for desk in center.desks.desks:
        if desk.call is not None:
            with contextlib.suppress(ApiError):  # it has just ended
                await desk.press("hangup")
    attempts = await wait_closed(center.product.api, center.run_id, timeout_s=20)
    found = judge(center.carrier.ledger.dialogs(), attempts, talk_tolerance_s=1.5)
    assert not found, str(found)
    assert set(times_dialed(center.carrier.ledger.dialogs()).values()) == {1}


@pytest.mark.covers("I3", "I44")
async def test_a_full_disk_of_the_database_stops_dialing_and_leaves_calls_alone(center: Center) -> None:
    await center.dials()
    server = PrivateDatabase(center.product.folder / DATABASE)
    with full(*center.disks(DATABASE)):
        await use_up_the_log(server)
        await until(lambda: "database lost" in center.log(), 20, "the engine sees that it cannot write")
        if center.mounted:  # else the next server is not limited, and there at once
            await asyncio.sleep(1.0)  # what was committed before is sent
            dialed = center.dialed()
            await asyncio.sleep(QUIET_S)
            assert center.dialed() == dialed, "dialed with nothing written"
        assert center.talking() == TALKERS
        assert center.product.engine() is not None
    back_s = await center.dials(BACK_MAX_S)
    assert center.talking() == TALKERS
    print(f"dials again {back_s:.1f} s after there was space")


async def recordings(center: Center) -> dict[str, dict[str, Any]]:
    """The newest ones, by their call."""
    page = await center.product.api.get("/api/recordings", limit=200)
    return {row["call"]: row for row in page["rows"] if row["state"] != "open"}


async def ended_talks(center: Center) -> set[str]:
    rows = [row async for row in center.product.api.pages("/api/attempts", run_id=center.run_id)]
    return {row["call"] for row in rows if row["outcome"] == "HANDLED"}


@pytest.mark.covers("I35")
async def test_a_full_disk_of_recordings_is_told_with_each_recording_and_ends_no_call(center: Center) -> None:
    async def found(true: Callable[[dict[str, dict[str, Any]]], object], what: str) -> dict[str, dict[str, Any]]:
        async with asyncio.timeout(30):
            while not true(rows := await recordings(center)):
                await asyncio.sleep(0.3)
        return rows

    before = await found(lambda rows: any(not row["fault"] for row in rows.values()), "one is whole")
    with full(*center.disks(MONITOR)):
        await center.dials()
        rows = await found(lambda rows: any(row["fault"] for row in rows.values() if row["call"] not in before), "lost")
        assert center.talking() == TALKERS
        print({row["fault"] for row in rows.values()})
    whole = {call for call, row in rows.items() if not row["fault"]}
    await found(lambda rows: any(not row["fault"] for call, row in rows.items() if call not in whole), "whole again")
    assert center.talking() == TALKERS


@pytest.mark.covers("I44")
async def test_full_disks_of_journal_and_logs_hold_nothing_up(center: Center) -> None:
    """Where we may not mount, only the journal's: a log that is open goes on."""
    logs, journal = center.product.folder / "log/busyhour.log", center.product.folder / "journal"
    with full(*center.disks(*(LOGS if center.mounted else (JOURNAL,)))):
        size = logs.stat().st_size
        await center.dials()
        await until(lambda: "the journal cannot be written" in center.log(), SEGMENT_S + 10, "it is told")
        await center.dials()
        assert logs.stat().st_size <= size + 4096 or not center.mounted
        assert center.talking() == TALKERS
    kept, size = bytes_of(journal), logs.stat().st_size
    await center.dials(BACK_MAX_S)
    await until(lambda: bytes_of(journal) > kept, 30, "the journal goes on")
    with full(*center.disks(MONITOR)):  # a thing to be told
        await center.dials()
        await until(lambda: logs.stat().st_size > size, 30, "the log goes on")
    assert center.talking() == TALKERS


def bytes_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.name != "ballast")
