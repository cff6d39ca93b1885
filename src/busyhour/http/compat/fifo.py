"""The management interface as a FIFO (OC-117): whoever may write to the file may ask; the answer goes to another FIFO,
which the asker made in the reply folder."""

import asyncio
import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from busyhour.http.compat.fifo_frames import Frame, Frames
from busyhour.http.compat.front import Front
from busyhour.service.background import once
from busyhour.service.errors import Unavailable

READ_BYTES: Final = 65_536
REST_S: Final = 1.0  # a request comes in one piece, or nearly
REPLY_OPEN_S: Final = 2.0  # the asker opens its FIFO after it has written
REPLY_WRITE_S: Final = 5.0
AT_ONCE_MAX: Final = 32  # requests that are being answered; more are not read

log = structlog.get_logger("management")


class Fifo:
    """`open` it, and `close` it."""

    def __init__(self, path: Path, replies: Path, front: Front) -> None:
        self.path, self.replies, self.front = path, replies, front
        self.frames = Frames()
        self._fd = -1
        self._rest: asyncio.TimerHandle | None = None
        self._answering: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Raises `Unavailable`."""
        try:
            with suppress(FileNotFoundError):
                if not stat.S_ISFIFO(self.path.lstat().st_mode):
                    raise Unavailable(f"{self.path} is there already and is no FIFO: name another with mi_fifo.")
                self.path.unlink()
            os.mkfifo(self.path, 0o600)
            # For writing, too: a FIFO that nobody has open for writing is at its end all the time.
            self._fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as fault:
            raise Unavailable(f"The FIFO {self.path} cannot be made ({fault.strerror}).") from fault
        self._listen()

    def close(self) -> None:
        if self._fd < 0:
            return
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1
        if self._rest is not None:
            self._rest.cancel()
        for task in self._answering:
            task.cancel()
        self.path.unlink(missing_ok=True)

    def _listen(self) -> None:
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        for frame in self.frames.feed(data):
            self._begin(frame)
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(REST_S, self._give_up) if self.frames.rest else None

    def _give_up(self) -> None:
        frame = self.frames.give_up()
        if frame is not None:
            self._begin(frame)

    def _begin(self, frame: Frame) -> None:
        task = once("fifo-answer", self._answer(frame))
        self._answering.add(task)
        task.add_done_callback(self._done)
        if len(self._answering) >= AT_ONCE_MAX:
            asyncio.get_running_loop().remove_reader(self._fd)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._answering.discard(task)
        if self._fd >= 0 and len(self._answering) < AT_ONCE_MAX:
            self._listen()

    async def _answer(self, frame: Frame) -> None:
        said = await self.front.answer_anyway(frame.body)
        if said is None or not frame.reply:
            return
        try:
            await write_reply(self.replies / frame.reply, said + b"\n")
        except OSError as fault:
            log.info("management reply not taken", reply=frame.reply, fault=str(fault))


async def write_reply(path: Path, said: bytes) -> None:
    """Raises `OSError` when nobody reads it, or it is no FIFO: nothing else is ever written to."""
    fd = await opened(path)
    try:
        if not stat.S_ISFIFO(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "no FIFO")
        until_s = time.monotonic() + REPLY_WRITE_S
        while said:
            try:
                said = said[os.write(fd, said) :]
            except BlockingIOError:
                if time.monotonic() > until_s:
                    raise TimeoutError("nobody reads") from None
                await asyncio.sleep(0.005)
    finally:
        os.close(fd)


async def opened(path: Path) -> int:
    """For writing, as soon as somebody reads there."""
    until_s = time.monotonic() + REPLY_OPEN_S
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as fault:
            if fault.errno != errno.ENXIO or time.monotonic() > until_s:
                raise
        await asyncio.sleep(0.005)
