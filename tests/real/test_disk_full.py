"""A full disk (C6): the database's, and that of journal and log. The PBX is pretended."""

import asyncio
import logging.handlers
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from busyhour.adapters.sql.migrate import migrate
from busyhour.adapters.sql.private import PrivateDatabase
from tests.real.full_disk import WAYS, Closed, Disk, Limited, full, of_server, until, use_up_the_log
from tests.real.test_failover import CONTACTS, LINES, Place

pytestmark = [pytest.mark.real, pytest.mark.timeout(150)]

BACK_MAX_S = 45.0  # a private server that does not start is tried again after 30 s at most
QUIET_S = 4.0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.covers("I3", "I29", "I44")
async def test_a_server_without_space_comes_back_by_itself_and_everybody_is_called_once(way: str) -> None:
    """The database and the engine alone, the PBX pretended. The server ends, and does not start while there is none."""
    with tempfile.TemporaryDirectory(prefix="busyhour-disk-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        disk = Disk(folder / "db") if way == "mounted" else Limited(lambda: of_server(folder))
        stack.callback(disk.unmount)
        server = PrivateDatabase(folder / "db", settings={"shared_buffers": "32MB"})
        await server.start()
        try:
            await migrate(await server.url())
            place = Place(folder, await server.url())
            await place.furnish()
            engine, running = await place.begin()
            await until(lambda: len(place.pbx.placed) == LINES, 30, "calls are up")
            with full(disk):
                await use_up_the_log(server)
                place.end(0)
                await until(lambda: not engine.statistics()["store_up"] or server.restarts, 20, "it is seen")
                if way == "mounted":  # else the next server is not limited, and there at once
                    await until(lambda: not server.running(), 20, "the server gives up")
                    place.end(1)
                    await asyncio.sleep(QUIET_S)
                    assert len(place.pbx.placed) == LINES
                    assert len(place.pbx.channels) == LINES - 2, "the other calls go on"
            back_s = await until(lambda: len(place.pbx.placed) > LINES, BACK_MAX_S, "calls again")
            print(f"dials again {back_s:.1f} s after there was space, {server.restarts} restarts")
            rows = await place.attempts()
            while len(rows) < CONTACTS or None in {row.outcome for row in rows.values()}:
                for index in range(len(place.pbx.placed)):
                    place.end(index)
                await asyncio.sleep(0.2)
                rows = await place.attempts()
            called = [call.item.number for call in place.pbx.placed]
            assert len(called) == len({*called})
            # An intent that was written too late is not sent any more (I6).
            assert {row.number: row.outcome for row in rows.values()} == {
                row.number: "BUSY" if row.number in called else "CANCELLED" for row in rows.values()
            }
            running.cancel()
            await asyncio.wait([running])
            await place.database.close()
        finally:
            await server.stop()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.covers("I44")
async def test_full_disks_of_journal_and_log_hold_nothing_up(way: str, database_url: str) -> None:
    """Full before the first line, so that nothing at all can be written; with space, both go on by themselves."""
    with tempfile.TemporaryDirectory(prefix="busyhour-disk-") as name, ExitStack() as stack:
        folder, log = Path(name), logging.getLogger("of a full disk")
        disks: list[Disk | Closed] = []
        for part in ("journal", "log"):
            disks.append(Disk(folder / part) if way == "mounted" else Closed(folder / part))
            stack.callback(disks[-1].unmount)
        handler = logging.handlers.RotatingFileHandler(folder / "log/test.log", maxBytes=1 << 20, delay=True)
        stack.callback(handler.close)
        log.propagate, log.handlers = False, [handler]  # as the product's own (`main/folder.py`)
        place = Place(folder, database_url)
        await place.furnish()
        with full(*disks):
            engine, running = await place.begin()
            for index in range(LINES):
                await until(lambda n=index: len(place.pbx.placed) > n, 30, "calls")  # type: ignore[misc]
                log.error("call %d, and as many words as a line of it has", index)
                place.end(index)
            await until(lambda: len(place.pbx.placed) == 2 * LINES, 30, "calls go on")
            assert written(folder) == 0
        place.end(LINES)
        await until(lambda: len(place.pbx.placed) > 2 * LINES, 30, "calls go on")
        log.error("there is space")
        await until(lambda: list((folder / "journal").glob("*.jsonl")) and written(folder) > 100, 30, "both go on")
        assert "there is space" in (folder / "log/test.log").read_text()
        assert engine.statistics()["restarts"] == 0
        assert engine.statistics()["store_up"]
        running.cancel()
        await asyncio.wait([running])
        await place.database.close()


def written(folder: Path) -> int:
    """Bytes in the journal and the log."""
    files = [*(folder / "journal").glob("*.jsonl"), *(folder / "log").glob("*.log")]
    return sum(file.stat().st_size for file in files)
