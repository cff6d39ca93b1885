"""What our requests and the PBX's own dialplan for callers (`templates/extensions.conf`) must agree on."""

from typing import Final

from busyhour.core.acd.arrival import HEADERS

CAME_CONTEXT: Final = "busyhour-came"
SENT_CONTEXT: Final = "busyhour-sent"

DIALABLE: Final = "+*#0-9a-zA-Z"
"""What is left of a number, as for `FILTER`."""
NOTED: Final = "CAME"
"""The event of the PBX's record of channels that tells of a caller: `<name>/<tenant>/<number>/<number dialed>`."""

TAKE_TRIES_MAX: Final = 20
"""One a second. An engine that is started again after a crash is back well before."""
UNANSWERED_MAX_S: Final = 300
"""Dead-man limit of a caller whom nobody answers; carriers give up sooner."""

PARKED: Final = "BUSYHOUR_PARKED"
"""On the channel of a customer who was parked: `<place>/<agent>/<UTC seconds>`."""

SENT_TO: Final = "BUSYHOUR_TO"
SENT_RING_S: Final = "BUSYHOUR_RING_S"


def header_variable(name: str) -> str:
    return f"BUSYHOUR_HEADER_{name.upper()}"


def sent_headers() -> str:
    """The subroutine that gives the call to a number outside its headers, those that are set (CP-044)."""
    lines = []
    for place, name in enumerate(HEADERS):
        label = f" same => n({name})" if place else "exten => headers,1"
        after = HEADERS[place + 1] if place + 1 < len(HEADERS) else "done"
        value = "${" + header_variable(name) + "}"
        lines.append(f"{label},GotoIf($[${{LEN({value})}} = 0]?{after})")
        lines.append(f" same => n,Set(PJSIP_HEADER(add,{name})={value})")
    return "\n".join([*lines, " same => n(done),Return()"])
