"""Whether the private PBX answers: when it is ready, and when it lives but has gone deaf.

A PBX that hangs keeps its sockets, and its process does not end; without listening to it, nobody would start it anew.
"""

import asyncio
from contextlib import suppress
from typing import Final

import aiohttp

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.private_process import PbxProcess

READY_TIMEOUT_S: Final = 30.0
READY_ASK_EVERY_S: Final = 0.05
REPLY_MAX_S: Final = 5.0
"""A PBX under its full load answers within a tenth of it."""
LISTEN_EVERY_S: Final = 1.0
MISSES_MAX: Final = 3
"""In a row. So a hung PBX is known as such within 18 s, and one that was only held up for 10 s goes on."""


def ari_session(access: PbxAccess) -> aiohttp.ClientSession:
    who = aiohttp.encode_basic_auth(access.ari_user, access.ari_password)
    return aiohttp.ClientSession(
        headers={"Authorization": who}, timeout=aiohttp.ClientTimeout(total=REPLY_MAX_S), trust_env=False
    )


async def becomes_ready(access: PbxAccess, process: PbxProcess) -> bool:
    """Ready = ARI answers, which it does when all modules are loaded."""
    async with ari_session(access) as session:
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_TIMEOUT_S):
                while process.alive:
                    with suppress(aiohttp.ClientError):
                        async with session.get(f"{access.ari_url}/asterisk/info") as reply:
                            if reply.status == 200:
                                return True
                    await asyncio.sleep(READY_ASK_EVERY_S)
    return False


async def becomes_deaf(access: PbxAccess) -> None:
    """Returns when it is. Any answer shows that it hears; it is asked for our application, because its web server may
    still be awake when what serves calls is locked up."""
    misses = 0
    while misses < MISSES_MAX:
        await asyncio.sleep(LISTEN_EVERY_S)
        misses = 0 if await _answers(access) else misses + 1


async def _answers(access: PbxAccess) -> bool:
    """Over a connection of its own: one that the PBX closed meanwhile would look like a miss."""
    try:
        async with ari_session(access) as session, session.get(f"{access.ari_url}/applications/{access.app}") as reply:
            await reply.read()
    except TimeoutError:
        return False
    except (aiohttp.ClientError, OSError):
        await asyncio.sleep(REPLY_MAX_S)  # refused at once: as long a miss as any other
        return False
    return True
