"""A new program for a running Busyhour, with its calls up (A16): what is tried first, and `busyhour restart`.

The order goes to the parent of the engine (`lasting.py`), which tries the program that is installed now, in a process
of its own with the same words and environment; that one leaves its verdict in the data folder.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import psutil

from busyhour import __version__
from busyhour.main.folder import DataFolder
from busyhour.main.lasting import RENEW
from busyhour.service.errors import Conflict, Unavailable, UserError
from busyhour.settings import Settings

VERDICT: Final = "restart.json"
TRIED_MAX_S: Final = 120.0
"""A busy machine loads a program in a dozen seconds."""
RENEWED_MAX_S: Final = 300.0
"""The steps of the schema are in it."""
LOOK_S: Final = 0.02
ANSWER_MAX_S: Final = 2.0


async def try_out(settings: Settings, *, demo: bool) -> None:
    """Whether this program could take over. Raises what is against it; changes nothing but the verdict."""
    folder = DataFolder(settings.data)
    told: dict[str, Any] = {"ok": False, "version": __version__}
    try:
        calls, steps = await _look(settings, folder, demo=demo)
        told |= {"ok": True, "calls": calls, "steps": steps}
    except UserError as fault:
        told["text"] = fault.text
        raise
    except Exception as fault:
        told["text"] = f"The new program does not load: {type(fault).__name__}: {fault}"
        raise
    finally:
        folder.write_private(VERDICT, json.dumps(told))


async def _look(settings: Settings, folder: DataFolder, *, demo: bool) -> tuple[int, int]:
    """Calls that are up, and steps of the schema to take."""
    from busyhour.adapters.asterisk.private_takeover import check_takeover
    from busyhour.adapters.sql.migrate import steps_ahead
    from busyhour.adapters.sql.private import PrivateDatabase
    from busyhour.main import demo as _demo  # noqa: F401 (all that a start would load)
    from busyhour.main import first_run, page, product  # noqa: F401

    steps = await steps_ahead(settings.database_url or await PrivateDatabase(folder.path / "db").url())
    return await check_takeover(settings, demo=demo), steps


async def renew(data: Path) -> Mapping[str, object]:
    """Raises `Unavailable` when nothing runs on this folder, `Conflict` when the new program is not taken."""
    before = _where(data)
    if before is None:
        raise Unavailable(f"Busyhour is not running on {data}. Start it with `busyhour up`.")
    version_before = await _version(data, before)
    (data / VERDICT).unlink(missing_ok=True)
    parent = _parent_of(before)
    parent.send_signal(RENEW)
    found = await _verdict(data)
    if not found["ok"]:
        raise Conflict(f"{found['text']} The version of before works on.")
    away_s, version = await _renewed(data, before, parent)
    return {
        "version_before": version_before,
        "version": version,
        "calls": found["calls"],
        "steps": found["steps"],
        "away_s": round(away_s, 2),
    }


def _where(data: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((data / "server.json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _parent_of(where: Mapping[str, Any]) -> psutil.Process:
    """Never a stranger's process that has the number of one of ours by now."""
    trouble = "The Busyhour of this data folder has ended, or is too old to be restarted. Stop it, and start it."
    try:
        parent = psutil.Process(int(where["pid"])).parent()
    except (psutil.Error, KeyError, ValueError):
        raise Unavailable(trouble) from None
    if parent is None or parent.pid != where.get("parent"):
        raise Unavailable(trouble)
    if os.geteuid() not in (0, parent.uids().real):
        raise Unavailable("Busyhour runs as another user. Run this as that user.")
    return parent


async def _verdict(data: Path) -> dict[str, Any]:
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < TRIED_MAX_S:
        if (data / VERDICT).exists():
            found: dict[str, Any] = json.loads((data / VERDICT).read_text())
            return found
        await asyncio.sleep(LOOK_S)
    raise Conflict(
        f"The new program has not said within {TRIED_MAX_S:.0f} s that it loads; see what `busyhour up` printed. "
        "The version of before works on."
    )


async def _renewed(data: Path, before: Mapping[str, Any], parent: psutil.Process) -> tuple[float, str]:
    """Wait for the new program. For how long there was no page, and its version."""
    begun_s = time.monotonic()
    gone_s: float | None = None
    while time.monotonic() - begun_s < RENEWED_MAX_S and parent.is_running():
        where = _where(data)
        if gone_s is None and where != before:
            gone_s = time.monotonic()
        if where is not None and where.get("loaded_utc_s") != before.get("loaded_utc_s"):
            away_s = time.monotonic() - (gone_s or begun_s)
            return away_s, await _version(data, where)
        if where is not None and where != before:
            raise Conflict(
                "The engine was killed meanwhile, and the version of before is at work again. Ask once more."
            )
        await asyncio.sleep(LOOK_S)
    raise Unavailable(
        "The new program has ended, or is not at work yet. Calls that were up go on in the PBX. See what `busyhour up` "
        "printed, and log/busyhour.log in the data folder; start it again when it has ended."
    )


async def _version(data: Path, where: Mapping[str, Any]) -> str:
    """As the server itself says; empty when it does not."""
    try:
        token = (data / "cli-token").read_text().strip()
        limit = aiohttp.ClientTimeout(total=ANSWER_MAX_S)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession(headers=headers, timeout=limit, trust_env=False) as http,
            http.get(f"{where['url']}/api/system", ssl=False) as reply,
        ):
            return str((await reply.json())["versions"]["busyhour"])
    except (aiohttp.ClientError, OSError, TimeoutError, KeyError, ValueError):
        return ""
