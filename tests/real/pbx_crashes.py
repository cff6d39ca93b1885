"""Every PBX that died by a fault of its own, ours or a product's: it fails the test that it died in.

The product starts a dead PBX again, so a test can pass although its PBX crashed, and would hide the crash.
"""

import re
import signal
from pathlib import Path

import pytest

from busyhour.adapters.asterisk.private_process import PbxProcess
from busyhour.bench.product import Product

FAULTS = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS}
"""Nobody sends these: tests and the product use TERM, KILL, STOP and CONT."""
TOLD = re.compile(r"ended by signal (\d+)\b")


class PbxCrashes:
    """Watches while installed. `new()` answers those since it was asked last."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._logs: dict[Path, int] = {}  # how far each product's log was read

    def install(self, patch: pytest.MonkeyPatch) -> None:
        end, enter = PbxProcess._on_end, Product.__aenter__

        def ended(process: PbxProcess) -> None:
            end(process)
            if crashed(words := process.how_it_ended()):
                self._found.append(f"PBX {process.pid} {words}")

        async def entered(product: Product) -> Product:
            self._logs.setdefault(product.log, 0)
            return await enter(product)

        patch.setattr(PbxProcess, "_on_end", ended)
        patch.setattr(Product, "__aenter__", entered)

    def new(self) -> list[str]:
        for log in self._logs:
            self._found += self._read(log)
        found, self._found = self._found, []
        return found

    def _read(self, log: Path) -> list[str]:
        if not log.exists():
            return []
        with log.open("rb") as text:
            text.seek(self._logs[log])
            lines = text.readlines()
            self._logs[log] = text.tell()
        told = (line.decode(errors="replace").strip() for line in lines)
        return [line for line in told if "pbx_died" in line and crashed(line)]


def crashed(words: str) -> bool:
    told = TOLD.search(words)
    return told is not None and int(told[1]) in FAULTS
