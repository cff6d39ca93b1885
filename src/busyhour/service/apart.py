"""Work that would hold up the engine's loop, done in a process of its own: reading a file of a million contacts.

`frames_apart(work, order)` runs `work(order)`, which yields `bytes`, in a fresh Python process and yields the same
frames here. The order crosses as bytes, the work by its name. The process runs with a lower priority and a limit of
memory; a full pipe makes it wait; leaving the loop early ends it. Its end by memory or by a signal is the file's fault
(a bomb), and becomes an error that says so.
"""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import struct
import sys
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator
from importlib import import_module
from typing import Any, BinaryIO, Final

import msgspec

from busyhour.service import errors

MEMORY_BYTES_MAX: Final = 2 * 1024**3
FRAME_BYTES_MAX: Final = 64 * 1024 * 1024
NICENESS: Final = 5
ERROR_TEXT_MAX: Final = 8_000
OUT_OF_MEMORY: Final = 77
"""Exit code. Where a library written in another language runs out of memory, it aborts instead."""

DATA, USER_ERROR, OUR_FAULT, END = b"D", b"U", b"F", b"E"
HEAD: Final = struct.Struct("!cI")

START: Final = "from busyhour.service.apart import serve; serve()"

Work = Callable[[bytes], Iterator[bytes]]


class WorkFailed(Exception):
    """The work raised something that is no `UserError`: our fault. Carries the traceback of the other process."""


class Order(msgspec.Struct, frozen=True):
    """What the other process is told."""

    work: str
    content: bytes
    memory_bytes_max: int


class Fault(msgspec.Struct, frozen=True):
    """A `UserError` on its way."""

    kind: str
    text: str
    code: str
    field: str | None


def name_of(thing: Any) -> str:
    """A function or class of a module, by which another process finds it."""
    return f"{thing.__module__}:{thing.__qualname__}"


def named(name: str) -> Any:
    module, _, what = name.partition(":")
    return getattr(import_module(module), what)


async def frames_apart(work: Work, order: bytes, *, memory_bytes_max: int = MEMORY_BYTES_MAX) -> AsyncGenerator[bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", START, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        await _send(process, msgspec.msgpack.encode(Order(name_of(work), order, memory_bytes_max)))
        while True:
            kind, content = await _receive(process)
            if kind == DATA:
                yield content
            elif kind == END:
                return
            elif kind == USER_ERROR:
                raise _user_error(content)
            else:
                raise WorkFailed(content.decode(errors="replace"))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        assert process.stdout is not None
        await process.stdout.read()  # what lies in the pipe; asyncio closes its end only after the last of it
        await process.wait()


async def _send(process: asyncio.subprocess.Process, order: bytes) -> None:
    assert process.stdin is not None
    # A process that has died already is found by `_receive`, with a better word for it.
    with contextlib.suppress(ConnectionError):
        process.stdin.write(order)
        await process.stdin.drain()
        process.stdin.close()


async def _receive(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    try:
        kind, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
        assert length <= FRAME_BYTES_MAX
        return kind, await process.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        code = await process.wait()
        if code not in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV):
            raise WorkFailed(f"the process that reads ended with {code}; its own words are on standard error") from None
        raise errors.Invalid(
            "Reading this file took too much memory. Save it as CSV, or split it, and import it again.",
            code="file_too_heavy",
        ) from None


def _user_error(content: bytes) -> errors.UserError:
    fault = msgspec.msgpack.decode(content, type=Fault)
    found: errors.UserError = getattr(errors, fault.kind)(fault.text, code=fault.code, field=fault.field)
    return found


def serve() -> None:
    """The other process: one order in, frames out."""
    out = os.fdopen(os.dup(1), "wb", buffering=1024 * 1024)
    os.dup2(2, 1)  # whatever prints must not come between the frames
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    work: Work = named(order.work)
    gc.disable()  # a million small records without cycles, in a process that soon ends and has a limit of memory
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (order.memory_bytes_max, order.memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        _run(out, work, order.content)


def _run(out: BinaryIO, work: Work, order: bytes) -> None:
    try:
        for content in work(order):
            _put(out, DATA, content)
            out.flush()
        _put(out, END, b"")
    except errors.UserError as fault:
        _put(out, USER_ERROR, msgspec.msgpack.encode(Fault(type(fault).__name__, fault.text, fault.code, fault.field)))
    except (BrokenPipeError, MemoryError):
        os._exit(OUT_OF_MEMORY)  # no memory is left to say more
    except Exception:  # the other side raises it again, with this text
        _put(out, OUR_FAULT, traceback.format_exc()[-ERROR_TEXT_MAX:].encode())
    out.flush()


def _put(out: BinaryIO, kind: bytes, content: bytes) -> None:
    assert len(content) <= FRAME_BYTES_MAX
    out.write(HEAD.pack(kind, len(content)))
    out.write(content)
