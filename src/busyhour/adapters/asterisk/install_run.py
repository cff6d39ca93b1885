"""Runs a program without a shell, with a deadline, and hands its lines on as they come."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from busyhour.service.system_user import SystemUser

LINES_KEPT_MAX = 40
"""Of a program's output, for the error text."""
LINE_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    tail: tuple[str, ...]  # the last lines, of both outputs

    @property
    def ok(self) -> bool:
        return self.code == 0

    def last_words(self) -> str:
        """The lines most likely to say what was wrong."""
        faults = [line for line in self.tail if line.startswith(("E:", "W:", "Err:")) or "error" in line.lower()]
        return " / ".join((faults or list(self.tail))[-3:]) or "no output"


class Runner(Protocol):
    async def __call__(
        self, argv: Sequence[str], *, timeout_s: float, on_line: Callable[[str], None] | None = None
    ) -> Finished: ...


def plain_environment(source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's environment in the C locale, so that output can be read; without what could change libraries."""
    kept = {name: value for name, value in source.items() if not name.startswith(("LD_", "BUSYHOUR_"))}
    return kept | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


async def run_program(
    argv: Sequence[str],
    *,
    timeout_s: float,
    on_line: Callable[[str], None] | None = None,
    user: SystemUser | None = None,
) -> Finished:
    """Code 124 when the time was over, 127 when the program is not there (as a shell would say).

    `user`: who it runs as, when not as we do.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=plain_environment(),
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            limit=LINE_BYTES_MAX,
        )
    except OSError as fault:
        return Finished(127, (f"{argv[0]}: {fault.strerror or fault}",))
    assert process.stdout is not None
    tail: deque[str] = deque(maxlen=LINES_KEPT_MAX)
    try:
        async with asyncio.timeout(timeout_s):
            async for raw in process.stdout:
                line = raw.decode(errors="replace").strip()
                tail.append(line)
                if on_line is not None:
                    on_line(line)
            code = await process.wait()
    except TimeoutError:
        tail.append(f"{argv[0]}: no end after {timeout_s:.0f} s")
        code = 124
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Finished(code, tuple(tail))
