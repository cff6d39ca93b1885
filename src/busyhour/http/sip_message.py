"""As much of a SIP message as the relay must understand: who it says it is from (RFC 3261, RFC 7118)."""

import re
from typing import Final

REQUEST_LINE: Final = re.compile(r"(?P<method>[A-Z]{1,20}) \S{1,1000} SIP/2\.0")
ADDRESS: Final = re.compile(
    r"""\s*
    (?: (?: "(?:[^"\\]|\\.)*" | [^"<>:;@,]* ) \s* < sips?: (?: (?P<user>[^@<>;:,"\s]+) @ )? [^<>@,"\s]+ >
      | sips?: (?: (?P<bare>[^@<>;:,"\s]+) @ )? [^<>@;,"\s]+
    )
    (?P<parameters> (?: \s*;[^<>,]* )? )""",
    re.VERBOSE,
)
"""One address of RFC 3261 20.10, in either form; parameters inside < > are the URI's, those after it the header's."""
TAG: Final = re.compile(r";\s*tag\s*=", re.IGNORECASE)
KEEP_ALIVE: Final = frozenset({"\r\n\r\n", "\r\n"})
SHORT_NAMES: Final = {"f": "from", "t": "to"}


def fault_of(text: str, user: str) -> str | None:
    """What forbids that a phone of this SIP user sends this; None = nothing.

    Answers and requests inside a dialog pass: the PBX knows its dialogs by their tags, and their From is what it has
    given itself. What opens one (no tag in To) must be from this user, and a registration must be of this user.
    """
    if text in KEEP_ALIVE or text.startswith("SIP/2.0 "):
        return None
    head, _, _ = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    request = REQUEST_LINE.fullmatch(first)
    if request is None:
        return "This is not a SIP message."
    if any(line.startswith((" ", "\t")) or "\n" in line or "\r" in line for line in lines):
        return "Folded or broken header lines are not relayed."
    names = [line.partition(":") for line in lines]
    froms = [value for name, _, value in names if header(name) == "from"]
    tos = [value for name, _, value in names if header(name) == "to"]
    if len(froms) != 1 or len(tos) != 1:
        return "A SIP message has one From and one To."
    from_, to = ADDRESS.fullmatch(froms[0]), ADDRESS.fullmatch(tos[0])
    if from_ is None or to is None:
        return "From or To cannot be read."
    if TAG.search(to["parameters"]):
        return None
    if user_of(from_) != user or (request["method"] == "REGISTER" and user_of(to) != user):
        return "This phone may speak for its own agent only."
    return None


def header(name: str) -> str:
    name = name.strip().lower()
    return SHORT_NAMES.get(name, name)


def user_of(address: re.Match[str]) -> str | None:
    user: str | None = address["user"] or address["bare"]
    return user
