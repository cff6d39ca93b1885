"""A disk that is full, for tests: a small one of its own. Where we may not mount (no root), a limit on the size of
files takes its part for what writes into open ones, and a folder that takes no new file.
"""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
import psutil

from busyhour.adapters.sql.private import PrivateDatabase

DISK_MB = 200


class Disk:
    """A small one of its own, mounted on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "busyhour-test", str(folder)]
        subprocess.run(mount, check=True)

    def fill(self) -> None:
        """To its last byte."""
        with (self.folder / "ballast").open("ab", buffering=0) as out:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        out.write(b"x" * size)

    def free(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def unmount(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


class Limited:
    """Files of these, and of all that they begin, cannot grow. For whom may not mount."""

    def __init__(self, processes: Callable[[], list[psutil.Process]]) -> None:
        self._processes = processes

    def unmount(self) -> None:
        pass

    def fill(self) -> None:
        self._limit(0)

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        """A server of another user is not ours to limit: it ends, and the next one has the limit of who begins it."""
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                try:
                    process.rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
                except psutil.AccessDenied:
                    process.send_signal(signal.SIGQUIT)


class Closed:
    """A folder in whose place there is a file: nothing new can be written there, not even by root. For whom may not
    mount."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._away = folder, folder.with_name(f"{folder.name}.away")
        folder.mkdir(parents=True, exist_ok=True)

    def unmount(self) -> None:
        pass

    def fill(self) -> None:
        self._folder.rename(self._away)
        self._folder.touch()

    def free(self) -> None:
        self._folder.unlink()
        self._away.rename(self._folder)


class Full(Protocol):
    def fill(self) -> None: ...

    def free(self) -> None: ...


def of_server(data: Path) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess, OSError):
        server = psutil.Process(int((data / "db/cluster/postmaster.pid").read_text().split()[0]))
        return [server, *server.children()]
    return []


@contextmanager
def full(*disks: Full) -> Iterator[None]:
    try:
        for disk in disks:
            disk.fill()
        yield
    finally:
        for disk in disks:
            disk.free()


async def until(true: Callable[[], object], within_s: float, what: str) -> float:
    begin_s = time.monotonic()
    while not true():
        assert time.monotonic() - begin_s < within_s, f"not within {within_s:.0f} s: {what}"
        await asyncio.sleep(0.05)
    return time.monotonic() - begin_s


def may_mount() -> bool:
    """Also root may not, in some containers."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as name:
        try:
            Disk(Path(name)).unmount()
        except subprocess.CalledProcessError:
            return False
    return True


WAYS = ["mounted" if may_mount() else "limited"]


async def use_up_the_log(server: PrivateDatabase) -> None:
    """What was set aside for PostgreSQL's log is full before long; here at once. It asks for more, and gives up."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        connection = await asyncpg.connect(await server.url(), timeout=5)
        with contextlib.closing(connection._transport):
            for _ in range(50):
                await connection.execute(
                    "SELECT pg_logical_emit_message(true, 'full', 'x'), pg_switch_wal()", timeout=5
                )
