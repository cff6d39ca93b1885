"""How a command of the management interface is declared, and how its parameters are read (OC-112, OC-113).

    @commands.add("call_center:list_queue", "cc_list_queue", help="all queued calls, best first")
    async def list_queue(talk: Talk, given: Given) -> Any: ...

A command has a name with its module, and mostly an older one. `sets` are the sets of parameters that it takes.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from busyhour.http.compat.rpc import INVALID_PARAMS, METHOD_NOT_FOUND, Params, RpcFault
from busyhour.service.center_pictures import CenterPicture

NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")
TEXT_LENGTH_MAX: Final = 1_000
ITEMS_MAX: Final = 5_000  # of an array that is a parameter

OK: Final = "OK"


class Asked(Protocol):
    """What the commands ask of a contact center; `service/center.py` answers."""

    async def picture(self) -> CenterPicture: ...
    async def reload(self) -> None: ...
    async def log_in(self, agent_id: int, on: bool) -> None: ...
    async def release(self, agent_id: int) -> None: ...
    async def assign(self, call: str, agent_id: int) -> None: ...
    async def dispatching(self) -> bool: ...
    async def set_dispatching(self, internal: bool) -> None: ...
    def reset(self) -> None: ...
    def reset_counters(self, which: Sequence[tuple[str, str, str]] | None) -> None: ...


class Given(dict[str, Any]):
    """The parameters of one request, by their names."""

    def text(self, name: str) -> str:
        """A number is taken for its digits: clients send ids that look like numbers as such."""
        value = self[name]
        if isinstance(value, str) and len(value) <= TEXT_LENGTH_MAX:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise RpcFault(INVALID_PARAMS, data=f"{name} is not a string")

    def number(self, name: str) -> int:
        value = self[name]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and NUMBER.fullmatch(value):
            return int(value)
        raise RpcFault(INVALID_PARAMS, data=f"{name} is not a number")

    def texts(self, name: str) -> list[str]:
        """An array of strings; one alone may come as itself."""
        values = self[name] if isinstance(self[name], list) else [self[name]]
        if len(values) > ITEMS_MAX:
            raise RpcFault(INVALID_PARAMS, data=f"{name} has more than {ITEMS_MAX} items")
        return [Given(one=value).text("one") for value in values]


Answer = Callable[[Any, Given], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Command:
    names: tuple[str, ...]
    help: str
    sets: tuple[tuple[str, ...], ...]
    answer: Answer


@dataclass(slots=True)
class Commands:
    by_name: dict[str, Command] = field(default_factory=dict)

    def add(self, *names: str, help: str, sets: tuple[tuple[str, ...], ...] = ((),)) -> Callable[[Answer], Answer]:  # noqa: A002
        def declare(answer: Answer) -> Answer:
            command = Command(names, help, sets, answer)
            assert not self.by_name.keys() & set(names), f"{names} is declared twice"
            self.by_name.update(dict.fromkeys(names, command))
            return answer

        return declare

    def find(self, name: str) -> Command:
        if name not in self.by_name:
            raise RpcFault(METHOD_NOT_FOUND)
        return self.by_name[name]


def given_to(command: Command, params: Params) -> Given:
    """Named ones must be a set as it is; others are counted."""
    if isinstance(params, dict):
        names = next((names for names in command.sets if set(names) == params.keys()), None)
        if names is None:
            raise RpcFault(INVALID_PARAMS, data=unlike(command, set(params)))
        return Given(params)
    names = next((names for names in command.sets if len(names) == len(params)), None)
    if names is None:
        raise RpcFault(INVALID_PARAMS, data="wrong number of parameters")
    return Given(zip(names, params, strict=True))


def unlike(command: Command, given: set[str]) -> str:
    known = {name for names in command.sets for name in names}
    unknown = sorted(given - known)
    if unknown:
        return f"unknown parameter {unknown[0][:64]}"
    missing = min((set(names) - given for names in command.sets if set(names) > given), key=len, default=known - given)
    return f"missing parameter {min(missing)}" if missing else "these parameters do not go together"
