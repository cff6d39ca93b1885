"""A PostgreSQL with a standby, from the programs of the private one. A synchronous one has all that is acknowledged;
another can be held back, and then has not.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Final

import asyncpg

from busyhour.adapters.sql.private import OWNER, PrivateDatabase

SYNCED_MAX_S: Final = 30.0
LOOK_S: Final = 0.05
SYNCED: Final = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
STREAMING: Final = """
SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= pg_current_wal_flush_lsn()
"""
SENDERS: Final = "SELECT pid FROM pg_stat_replication"
COMMIT: Final = "desc: COMMIT"


class Member(PrivateDatabase):
    """One of the two. Without `of` it is made new; else it is a copy of that one, and follows it."""

    def __init__(self, folder: Path, *, of: "Member | None" = None) -> None:
        follows = {} if of is None else {"primary_conninfo": f"{of.address()} passfile={folder / 'pass'}"}
        super().__init__(folder, settings=follows)
        self._of = of
        self._held: list[int] = []

    def address(self) -> str:
        return f"host={self._sockets()} user={OWNER}"

    def _init(self) -> None:
        if self._of is None:
            super()._init()
            return
        password = (self._of.folder / "password").read_text()
        (self.folder / "password").write_text(password)
        known = self.folder / "pass"
        known.touch(mode=0o600)
        known.write_text(f"*:*:*:{OWNER}:{password.strip()}\n")
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="init-") as name:
            scratch = Path(name)
            self._give(scratch, known)
            address = f"{self._of.address()} passfile={known}"
            self._run("pg_basebackup", "-D", str(scratch / "cluster"), "-d", address, "-c", "fast", "-X", "stream")
            (scratch / "cluster" / "standby.signal").touch()
            self._give(scratch / "cluster" / "standby.signal")
            (scratch / "cluster").rename(self.cluster)

    async def _make_database(self) -> None:
        if self._of is None:
            await super()._make_database()

    async def kill(self) -> None:
        """kill -9, and nobody starts it again."""
        self._wanted = False
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
        for process in (pid, *self._held):
            os.kill(process, signal.SIGKILL)

    async def hold_back(self) -> None:
        """From now on its standby gets nothing: the processes that send to it stand still."""
        connection = await asyncpg.connect(await self.url())
        try:
            self._held = [row["pid"] for row in await connection.fetch(SENDERS)]
        finally:
            await connection.close()
        assert self._held, "there is a standby"
        for pid in self._held:
            os.kill(pid, signal.SIGSTOP)

    def parted_at(self) -> tuple[str, str]:
        """The timeline that a promoted one has left, and where: the last line of its timeline's history."""
        newest = max((self.cluster / "pg_wal").glob("*.history"))
        timeline, place, *_ = newest.read_text().strip().splitlines()[-1].split("\t")
        return timeline, place

    def commits_since(self, timeline: str, place: str) -> int:
        """How many commits a dead one has in its log from there on: they were acknowledged."""
        log = str(self.cluster / "pg_wal")
        told = self._run("pg_waldump", "-p", log, "-t", timeline, "-s", place, "--rmgr=Transaction", check=False)
        return told.stdout.count(COMMIT)

    async def promote(self) -> None:
        await asyncio.to_thread(self._ctl, "promote", "-w")
        self._of = None

    async def wait_for_standby(self, *, synchronous: bool) -> None:
        """From now on it acknowledges only what its standby has, too; or the standby has caught up, and no more."""
        connection = await asyncpg.connect(await self.url())
        try:
            if synchronous:
                await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
                await connection.execute("SELECT pg_reload_conf()")
            async with asyncio.timeout(SYNCED_MAX_S):
                while not await connection.fetchval(SYNCED if synchronous else STREAMING):  # noqa: ASYNC110 (nothing announces it)
                    await asyncio.sleep(LOOK_S)
        finally:
            await connection.close()


class Pair:
    """`await start()`; `await fail_over()` as often as you like; `await stop()`."""

    def __init__(self, folder: Path, *, synchronous: bool) -> None:
        self._folder, self._synchronous = folder, synchronous
        self._made = 1
        self.first = Member(folder / "db-1")
        self._second: Member | None = None

    async def start(self) -> None:
        await self.first.start()
        await self.follow()

    async def follow(self) -> None:
        """Give the first one a standby."""
        self._made += 1
        self._second = Member(self._folder / f"db-{self._made}", of=self.first)
        await self._second.start()
        await self.first.wait_for_standby(synchronous=self._synchronous)

    async def fail_over(self) -> int:
        """The first one dies, the second one is the first. How many commits it does not have."""
        assert self._second is not None
        dead, self.first, self._second = self.first, self._second, None
        await dead.kill()
        await self.first.promote()
        lost = await asyncio.to_thread(dead.commits_since, *self.first.parted_at())
        await asyncio.to_thread(shutil.rmtree, dead.folder, ignore_errors=True)
        return lost

    async def stop(self) -> None:
        for member in (self._second, self.first):  # one alone would wait for the other
            if member is not None:
                await member.stop()
