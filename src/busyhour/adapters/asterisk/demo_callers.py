"""People of the demo carrier who call us: they come in over the demo trunk like any caller, by real SIP.

What such a caller does once they are answered is in `templates/demo_extensions.conf`: they say what they want, again
and again, and hang up after a minute or three.
"""

import asyncio
import re
from typing import Any, Final

import aiohttp

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.demo import DEMO_USER, SAMPLE_MAX, sample_contacts
from busyhour.adapters.asterisk.doors import DEMO_HEADER
from busyhour.adapters.asterisk.private_ear import ari_session
from busyhour.service.errors import Invalid, Unavailable

CALLERS_MAX: Final = 100
RING_MAX_S: Final = 90
DIALED: Final = re.compile(r"\+?[0-9*#]{1,32}")
TRUNK: Final = re.compile(r"t[0-9]+-[0-9]+-[0-9a-f]{16}")


async def call_in(access: PbxAccess, *, number: str, count: int, every_s: float) -> list[str]:
    """Place so many calls to this number, one after the other; answers who calls. They go on by themselves."""
    if not DIALED.fullmatch(number):
        raise Invalid(f"Not a number: {number!r}. Example: +493012345", field="number")
    assert 0 < count <= min(CALLERS_MAX, SAMPLE_MAX)
    async with ari_session(access) as session:
        try:
            place = await _demo_trunk(access, session)
            callers = sample_contacts(count)
            for n, (name, own_number, _) in enumerate(callers):
                if n:
                    await asyncio.sleep(every_s)
                await _originate(access, session, place, number, f'"{name}" <{own_number}>', voice=n)
        except (aiohttp.ClientError, TimeoutError) as fault:
            raise Unavailable("The PBX does not answer. Is `busyhour up --demo` running?", code="pbx_down") from fault
    return [own_number for _, own_number, _ in callers]


async def _demo_trunk(access: PbxAccess, session: aiohttp.ClientSession) -> str:
    """The place on the PBX that such callers come in by: that of the oldest demo trunk."""
    async with session.get(f"{access.ari_url}/endpoints/PJSIP") as reply:
        rows: list[dict[str, Any]] = await reply.json() if reply.status == 200 else []
    places = [str(row["resource"]) for row in rows if TRUNK.fullmatch(str(row["resource"]))]
    for place in sorted(places, key=lambda place: int(place.split("-")[1])):
        async with session.get(f"{access.ari_url}/asterisk/config/dynamic/res_pjsip/identify/{place}") as reply:
            fields = await reply.json() if reply.status == 200 else []
        if any(field["attribute"] == "match_header" and field["value"] for field in fields):
            return place
    raise Unavailable("There is no demo trunk for callers to come in by. Start with `busyhour up --demo`.")


async def _originate(
    access: PbxAccess, session: aiohttp.ClientSession, place: str, number: str, caller: str, *, voice: int
) -> None:
    host = f"[{access.sip_host}]" if ":" in access.sip_host else access.sip_host
    request = {
        "endpoint": f"PJSIP/{DEMO_USER}/sip:{number}@{host}:{access.sip_port}",
        "context": "demo-caller",
        "extension": "call",
        "priority": 1,
        "timeout": RING_MAX_S,
        "callerId": caller,
        "variables": {f"PJSIP_HEADER(add,{DEMO_HEADER})": place, "voice": "gb" if voice % 2 else "us"},
    }
    async with session.post(f"{access.ari_url}/channels", json=request) as reply:
        if reply.status != 200:
            raise Unavailable(f"The PBX did not place the call ({reply.status}). See pbx/log in the data folder.")
