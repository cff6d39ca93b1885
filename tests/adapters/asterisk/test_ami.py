"""The AMI wire: nothing that we send can become two actions; what comes is taken as it is. The link itself against a
server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busyhour.adapters.asterisk import ami
from busyhour.adapters.asterisk.ami import AmiDown, AmiLink, AmiMessage, decode, encode
from tests.adapters.asterisk.no_pbx import NO_PBX


@given(st.text(max_size=300), st.text(max_size=300))
def test_one_action_in_one_action_out(action: str, value: str) -> None:
    try:
        packet = encode(action, {"Queue": value})
    except ValueError:
        return
    lines = packet.split(b"\r\n")
    assert lines[-2:] == [b"", b""]
    assert [line.split(b":")[0] for line in lines[:-2]] == [b"Action", b"Queue"]


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\x00b", "a\x85b", "x" * 2000])
@pytest.mark.covers("I41")
def test_a_value_cannot_add_lines(value: str) -> None:
    with pytest.raises(ValueError, match="field"):
        encode("Ping", {"Queue": value})


@pytest.mark.parametrize("key", ["", "a b", "a:b", "a\r\nb", "9"])
def test_a_key_is_a_name(key: str) -> None:
    with pytest.raises(ValueError, match="field"):
        encode("Ping", {key: "x"})


@given(st.binary())
def test_whatever_comes_is_taken(packet: bytes) -> None:
    assert isinstance(decode(packet), AmiMessage)


def test_values_keep_their_colons() -> None:
    message = decode(b"Event: PeerStatus\r\nPeer: PJSIP/g1-5\r\nAddress: 192.0.2.1:5060\r\n\r\n")
    assert (message.event, message.fields["Address"]) == ("PeerStatus", "192.0.2.1:5060")


class _Server:
    """Greets, takes the log-in, answers each action but `Silence`, ends the line at `Drop`."""

    def __init__(self, *, greeting: bytes = b"Asterisk Call Manager/11.0.0\r\n", ok: bool = True) -> None:
        self.greeting, self.ok, self.lines = greeting, ok, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        writer.write(self.greeting)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                asked = decode(await reader.readuntil(b"\r\n\r\n")).fields
                if asked["Action"] == "Drop":
                    break
                if asked["Action"] != "Silence":
                    word = b"Success" if self.ok else b"Error"
                    number = asked["ActionID"].encode()
                    writer.write(b"Event: Noise\r\n\r\nResponse: " + word + b"\r\nActionID: " + number + b"\r\n\r\n")
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[_Server, int]]:
    fake = _Server()
    listening = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    async with listening:
        yield fake, listening.sockets[0].getsockname()[1]


@pytest.mark.covers("WD-016")
async def test_log_in_ask_lose_and_come_back(server: tuple[_Server, int]) -> None:
    changes: asyncio.Queue[bool] = asyncio.Queue()
    events: list[AmiMessage] = []
    link = AmiLink(replace(NO_PBX, ami_port=server[1]), on_event=events.append, on_change=changes.put_nowait)
    with pytest.raises(AmiDown):
        await link.ask("Ping")
    run = asyncio.create_task(link.run())
    assert await changes.get() is True
    assert (await link.ask("Ping")).ok
    with pytest.raises(AmiDown):
        await link.ask("Drop")
    assert [await changes.get(), await changes.get()] == [False, True]
    assert server[0].lines == 2
    assert [event.event for event in events[:2]] == ["Noise", "Noise"]
    assert link.statistics().connects == 2
    run.cancel()


async def test_no_answer_is_an_end(server: tuple[_Server, int], monkeypatch: pytest.MonkeyPatch) -> None:
    changes: asyncio.Queue[bool] = asyncio.Queue()
    link = AmiLink(replace(NO_PBX, ami_port=server[1]), on_change=changes.put_nowait)
    run = asyncio.create_task(link.run())
    assert await changes.get() is True
    monkeypatch.setattr(ami, "REPLY_MAX_S", 0.05)
    with pytest.raises(AmiDown):
        await link.ask("Silence")
    assert link.statistics().in_flight == 0
    run.cancel()


@pytest.mark.parametrize(("greeting", "ok"), [(b"SSH-2.0\r\n", True), (b"Asterisk Call Manager/11\r\n", False)])
async def test_neither_a_stranger_nor_a_refusal_is_a_link(
    greeting: bytes, ok: bool, server: tuple[_Server, int]
) -> None:
    server[0].greeting, server[0].ok = greeting, ok
    again = asyncio.Event()
    link = AmiLink(replace(NO_PBX, ami_port=server[1]))
    run = asyncio.create_task(link.run())

    async def watch() -> None:
        while server[0].lines < 2:  # it comes back, later and later
            await asyncio.sleep(0)
        again.set()

    watching = asyncio.create_task(watch())
    async with asyncio.timeout(5):
        await again.wait()
    assert not link.up()
    run.cancel()
    await watching
