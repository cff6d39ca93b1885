"""The product's own log, read from outside: for moments that only it knows, and for what it says went wrong."""

from pathlib import Path
from typing import Final

FILES_MAX: Final = 2  # the newest, and the one before: a drill's round never fills more


def lines_of(data: Path, *parts: str) -> list[str]:
    """Lines with any of these parts, in order. A line being written is left out."""
    found: list[str] = []
    for name in [f"busyhour.log.{n}" for n in range(FILES_MAX - 1, 0, -1)] + ["busyhour.log"]:
        file = data / "log" / name
        if file.exists():
            text = file.read_text(errors="replace")
            found += [line for line in text.splitlines() if line.endswith("}") and any(part in line for part in parts)]
    return found
