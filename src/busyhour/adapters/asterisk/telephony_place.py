"""What an originate asks of the PBX: the dial string, the caller id, the variables. Pure.

Everything here may hold what a stranger wrote (an imported list, a campaign's caller id), so each value is built from a
grammar or cleaned of what the PBX would act on: control characters, and `$ { }`, which start an expression.
"""

import math
import re
from typing import Any, Final

from busyhour.adapters.asterisk import listening
from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.translate import phone_of, sip_phone_of
from busyhour.core.commands import Dial, PlaceCall, RingAgent, RingParty
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.ids import tenant_of
from busyhour.core.model.values import PhoneKind

CONTEXT: Final = "busyhour"
ORIGINATE_SLACK_S: Final = 2.0
"""The core's own ring timer is first; the PBX's is there for a core that has died."""
LEG_MAX_S: Final = 24 * 3600
"""Dead-man limit of an agent's leg. A longer session rings the phone anew."""
VARIABLE_VALUE_MAX: Final = 1024
VARIABLES_MAX: Final = 200

DIGITS: Final = re.compile(r"[0-9]{1,32}")
ENDPOINT: Final = re.compile(r"[a-z0-9_-]{1,64}")
VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
CALLER_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,32}")
CALLER_NAMED: Final = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<(?P<number>\+?[0-9*#]{1,32})>\s*')

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029${}]")

RESERVED: Final = frozenset(
    ["EXTEN", "CONTEXT", "PRIORITY", "CHANNEL", "UNIQUEID", "CHANNEL_ID", "HANGUPCAUSE", "ANSWEREDTIME", "DIALEDTIME"]
)
"""Names that the PBX sets by itself; an attribute of that name is left out."""


def is_ours(name: str) -> bool:
    """Or the PBX's: what a list brings along must not look like what we, or the PBX, say of the call."""
    return name in RESERVED or name.startswith(("BUSYHOUR_", "AMD"))


def clean(text: str) -> str:
    """A value that the PBX passes on as it is."""
    return _UNSAFE.sub("", text)[:VARIABLE_VALUE_MAX]


def dialed(access: PbxAccess, number: str, trunk: Trunk) -> str:
    """What the carrier is asked for: prefix and digits, nothing else (I41)."""
    plus = "" if trunk.strip_plus or not number.startswith("+") else "+"
    digits = number.removeprefix("+")
    whole = trunk.prefix + digits
    assert DIGITS.fullmatch(whole), f"not a number: {whole!r}"
    assert ENDPOINT.fullmatch(trunk.endpoint), f"not an endpoint: {trunk.endpoint!r}"
    return f"PJSIP/{plus}{whole}@{access.secret_name(trunk.endpoint)}"


def caller_id(text: str) -> str:
    """`number` or `name <number>`; empty when it is neither, so that the trunk's own is used."""
    if CALLER_NUMBER.fullmatch(text):
        return text
    found = CALLER_NAMED.fullmatch(clean(text))
    if found is None:
        return ""
    name = re.sub(r"[^\w .,&'+-]", "", found["name"])[:60].strip()
    return f'"{name}" <{found["number"]}>' if name else found["number"]


def number_of(call: Dial) -> str:
    return call.item.number if isinstance(call, PlaceCall) else call.number


def variables(call: Dial) -> dict[str, str]:
    """The contact's attributes under their own names (WD-078, WD-080, WD-261), and ours, which win. Whoever is called
    back is no contact."""
    item = call.item if isinstance(call, PlaceCall) else None
    known = list(item.variables.items())[:VARIABLES_MAX] if item is not None else []
    theirs = {name: clean(value) for name, value in known if VARIABLE_NAME.fullmatch(name) and not is_ours(name)}
    ours = {
        "WOMBAT_ID": call.call,
        "WOMBATID": call.call,
        "WOMBAT_HOPPER_ID": call.call,
        "WOMBAT_RETRY_NO": str(item.attempt_no - 1 if item is not None else 0),
        "WOMBAT_DIALING_NUMBER": clean(number_of(call)),
        "BUSYHOUR_CALL": call.call,
    }
    if isinstance(call, PlaceCall) and call.listen is not None:
        ours[listening.ASKED] = listening.arguments(call.listen)
    if call.call_max_s > 0:
        # Counted from now, not from the answer. The core's own timer is first; this one is there when the core is not.
        ours["TIMEOUT(absolute)"] = str(math.ceil(call.call_max_s + call.ring_timeout_s + ORIGINATE_SLACK_S))
    return theirs | ours


def call_request(access: PbxAccess, call: Dial) -> dict[str, Any]:
    request = {
        "endpoint": dialed(access, number_of(call), call.trunk),
        "context": CONTEXT,
        "extension": "call",
        "priority": 1,
        "channelId": call.call,
        "timeout": math.ceil(call.ring_timeout_s + ORIGINATE_SLACK_S),
        "variables": variables(call),
    }
    if shown := caller_id(call.caller_id):
        request["callerId"] = shown
    return request


def leg_request(command: RingAgent) -> dict[str, Any]:
    tenant = tenant_of(command.leg)
    assert tenant is not None, command.leg
    browser = command.phone_kind is PhoneKind.BROWSER
    endpoint = phone_of(tenant, command.agent_id) if browser else sip_phone_of(tenant, command.agent_id)
    variables_: dict[str, str] = {"TIMEOUT(absolute)": str(LEG_MAX_S), "BUSYHOUR_LEG": command.leg}
    if browser:
        # The page answers by itself; the headers let any other SIP client do the same.
        variables_["PJSIP_HEADER(add,Alert-Info)"] = "<sip:busyhour>;info=alert-autoanswer;delay=0"
        variables_["PJSIP_HEADER(add,X-Busyhour-Leg)"] = command.leg
    request = {
        "endpoint": f"PJSIP/{endpoint}",
        "context": CONTEXT,
        "extension": "agent",
        "priority": 1,
        "channelId": command.leg,
        "timeout": math.ceil(command.ring_timeout_s + ORIGINATE_SLACK_S),
        "variables": variables_,
    }
    if shown := caller_id(command.caller_id):
        request["callerId"] = shown
    return request


def party_request(access: PbxAccess, command: RingParty) -> dict[str, Any]:
    """Somebody outside whom an agent wants to ask."""
    limit_s = math.ceil(command.call_max_s + command.ring_timeout_s + ORIGINATE_SLACK_S)
    request = {
        "endpoint": dialed(access, command.number, command.trunk),
        "context": CONTEXT,
        "extension": "agent",
        "priority": 1,
        "channelId": command.leg,
        "timeout": math.ceil(command.ring_timeout_s + ORIGINATE_SLACK_S),
        "variables": {"TIMEOUT(absolute)": str(limit_s), "BUSYHOUR_LEG": command.leg},
    }
    if shown := caller_id(command.caller_id):
        request["callerId"] = shown
    return request
