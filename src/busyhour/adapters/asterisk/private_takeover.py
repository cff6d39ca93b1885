"""What another program of ours must know of a private PBX that runs, before it takes that over with its calls."""

import json
from contextlib import suppress
from typing import Any, Final

import aiohttp

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.folders import Folders
from busyhour.adapters.asterisk.install import find_program
from busyhour.adapters.asterisk.private_ear import ari_session
from busyhour.core.model.ids import is_call, tenant_of
from busyhour.service.errors import Conflict
from busyhour.settings import Settings

STAMPS: Final = "started.json"
"""In the folder that the PBX cannot write. Tells what the running PBX was started with."""


def stamps_of(folders: Folders) -> dict[str, str]:
    for folder in (folders.base, folders.run):  # the second: where earlier versions kept it
        with suppress(OSError, ValueError):
            kept = json.loads((folder / STAMPS).read_text())
            return kept if isinstance(kept, dict) else {}
    return {}


async def check_takeover(settings: Settings, *, demo: bool) -> int:
    """Raises `Conflict` when this program would have to start the PBX anew, and calls are up. Answers how many are."""
    calls = await calls_up(config.access_of(settings, demo=demo))
    program = await find_program(settings, lambda _done, _text: None)
    same = stamps_of(config.folders_of(settings)).get("restart") == config.restart_stamp(settings, program, demo=demo)
    if calls and not same:
        raise Conflict(
            f"The PBX that runs would have to be started anew, and its {calls} calls would end: its settings, or what "
            "this version needs of it, have changed. Stop Busyhour and start it again when that may be."
        )
    return calls


async def calls_up(access: PbxAccess) -> int:
    """Customers whom the PBX has on the line, on both sides of the answer; 0 when it does not answer."""
    try:
        async with ari_session(access) as session, session.get(f"{access.ari_url}/channels") as reply:
            channels = await reply.json() if reply.status == 200 else []
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0
    return sum(_is_customer(channel) for channel in channels)


def _is_customer(channel: dict[str, Any]) -> bool:
    """Those whom we call have our names; who calls us has the PBX's, and is in our application."""
    name = str(channel.get("id", ""))
    came_in = tenant_of(name) is None and channel.get("dialplan", {}).get("app_name") == "Stasis"
    return is_call(name) or came_in
