"""What a call brings along in its SIP headers, from an IVR or another call center (CP-044 to CP-046), and what it takes
with it when we send it on.

Names count without regard to case, and with or without `X-` in front. A header that makes no sense is left out: the
caller is served all the same.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from busyhour.core.acd.needs import skills_of
from busyhour.core.model.queue import SkillNeed

VALUE_LENGTH_MAX: Final = 256  # characters of a header that are kept
CALLER_NAME_MAX: Final = 64  # as agents see it (OC-016)
YES: Final = frozenset({"y", "yes", "true", "1"})


class Arrival(Struct, frozen=True, kw_only=True):
    """Of a call that was sent to us with its data. Empty = not said."""

    dialed: str = ""  # Dnis
    number: str = ""  # Ani
    name: str = ""  # callerId: the caller's name (CP-046)
    url: str = ""
    transfer_to: str = ""  # where agents send it on by one key
    call_id: str = ""  # of whoever sent it
    overflow_to: str = ""  # CallCenter: who takes it when no agent is there
    skills: tuple[SkillNeed, ...] = ()
    record: bool = False


HEADERS: Final = ("Dnis", "Ani", "callerId", "URL", "Transfer", "CallId", "CallCenter", "Skills", "Record")


def arrival_of(headers: Mapping[str, str]) -> Arrival:
    """Where a name stands both ways, the one without `X-` counts."""
    known = {name.lower(): "" for name in HEADERS}
    for prefix in ("x-", ""):
        for name, value in headers.items():
            bare = name.lower().removeprefix("x-")
            if name.lower() == prefix + bare and bare in known:
                known[bare] = _clean(value)
    return Arrival(
        dialed=known["dnis"],
        number=known["ani"],
        name=known["callerid"],
        url=known["url"],
        transfer_to=known["transfer"],
        call_id=known["callid"],
        overflow_to=known["callcenter"],
        skills=skills_of(known["skills"])[0],
        record=known["record"].lower() in YES,
    )


def headers_of(arrival: Arrival) -> dict[str, str]:
    """For whom we send it on to; what was not said is left out."""
    skills = ",".join(need.skill if need.level == 1 else f"{need.skill}:{need.level}" for need in arrival.skills)
    values = (
        arrival.dialed,
        arrival.number,
        arrival.name,
        arrival.url,
        arrival.transfer_to,
        arrival.call_id,
        arrival.overflow_to,
        skills,
        "Y" if arrival.record else "",
    )
    return {name: _clean(value) for name, value in zip(HEADERS, values, strict=True) if value}


def _clean(value: str) -> str:
    """One line, without what could begin another header."""
    return "".join(character for character in value if character.isprintable()).strip()[:VALUE_LENGTH_MAX]


def shown_name(prefix: str, name: str, number: str) -> str:
    """The caller as the agent sees them: which queue, and who (OC-016, 5.3-15)."""
    return f"{prefix} {name or number}".strip()[:CALLER_NAME_MAX]
