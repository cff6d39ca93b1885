"""By which addresses callers are let in, and as whose."""

import asyncio
import socket
from typing import Any

import pytest

from busyhour.adapters.asterisk import doors
from busyhour.adapters.asterisk.doors import Doors, fixed_address, parts_of


class Pbx:
    def __init__(self) -> None:
        self.has: dict[str, dict[str, str]] = {}
        self.pushes = 0
        self.doors = Doors(self._push)

    async def _push(self, name: str, fields: dict[str, str]) -> None:
        self.pushes += 1
        self.has.pop(name, None)
        if fields:
            self.has[name] = fields

    async def open(self, trunk: str, host: str, *, demo: bool = False) -> None:
        await self.doors.open(trunk, place=f"{trunk}-secret", host=host, demo=demo)

    def matches(self) -> dict[str, str]:
        return {name.removesuffix("-secret"): fields["match"] for name, fields in self.has.items()}


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:5070", "192.0.2.1"),
        ("127.0.0.1", "127.0.0.1:5060"),
        ("127.0.0.1:6000", "127.0.0.1:6000"),
        ("[2001:db8::1]:5070", "2001:db8::1"),
        ("[::1]", "[::1]:5060"),
        ("sip.example.net", None),
        ("sip.example.net:5070", None),
    ],
)
def test_on_this_machine_the_port_counts_too(host: str, address: str | None) -> None:
    assert fixed_address(host) == address


def test_names_and_ports() -> None:
    assert parts_of("sip.example.net:5070") == ("sip.example.net", "5070")
    assert parts_of("[::1]:5070") == ("::1", "5070")


async def test_who_shares_an_address_with_an_older_trunk_gets_it_when_that_is_gone() -> None:
    pbx = Pbx()
    await pbx.open("t2-9", "192.0.2.1")
    await pbx.open("t1-10", "192.0.2.1")
    await pbx.open("t1-8", "192.0.2.8")
    assert pbx.matches() == {"t2-9": "192.0.2.1", "t1-8": "192.0.2.8"}
    await pbx.open("t1-3", "192.0.2.1")  # older, told later
    assert pbx.matches() == {"t1-3": "192.0.2.1", "t1-8": "192.0.2.8"}
    await pbx.doors.close("t1-3")
    assert pbx.matches() == {"t2-9": "192.0.2.1", "t1-8": "192.0.2.8"}


async def test_a_trunk_that_moves_is_known_by_its_new_address_alone() -> None:
    pbx = Pbx()
    await pbx.open("t1-1", "192.0.2.1")
    await pbx.open("t1-1", "192.0.2.1")
    assert pbx.pushes == 1
    await pbx.open("t1-1", "192.0.2.2")
    assert pbx.matches() == {"t1-1": "192.0.2.2"}


async def test_the_demo_carrier_is_known_by_a_word_that_nobody_can_guess() -> None:
    pbx = Pbx()
    await pbx.open("t1-1", "127.0.0.1:5060", demo=True)
    assert pbx.has == {"t1-1-secret": {"endpoint": "t1-1-secret", "match_header": "X-Busyhour-Demo: t1-1-secret"}}


async def test_names_are_resolved_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[list[str] | OSError] = [["192.0.2.7", "192.0.2.5"], socket.gaierror(), ["192.0.2.6"]]

    async def resolve(name: str, _port: None, **_more: Any) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        assert name == "sip.example.net"
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(found, OSError):
            raise found
        return [(0, 0, 0, "", (address, 0)) for address in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    monkeypatch.setattr(doors, "RESOLVE_EVERY_S", 0.01)
    pbx = Pbx()
    await pbx.open("t1-1", "sip.example.net:5070")
    assert pbx.has == {}  # calls out need no answer
    async with asyncio.timeout(5):
        while len(answers) > 2:
            await asyncio.sleep(0)
        while not pbx.has:
            await asyncio.sleep(0)
        assert pbx.matches() == {"t1-1": "192.0.2.5,192.0.2.7"}
        while len(answers) > 1:
            await asyncio.sleep(0)
            assert pbx.matches() in ({"t1-1": "192.0.2.5,192.0.2.7"}, {"t1-1": "192.0.2.6"})  # kept without an answer
        while pbx.matches() != {"t1-1": "192.0.2.6"}:
            await asyncio.sleep(0)
    pbx.doors.end()
