"""The FIFO: whatever is written to it, and the real Python client."""

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from opensips.mi import OpenSIPSMI, OpenSIPSMIException

from busyhour.http.compat.fifo import Fifo
from busyhour.http.compat.fifo_frames import FRAME_BYTES_MAX, Frame, Frames
from busyhour.service.errors import Unavailable
from tests.http.compat.compat_world import CompatWorld

ONE = b'{"jsonrpc":"2.0","id":"1","method":"which","params":{"command":"a\\"}{"}}'


@pytest.fixture
async def fifo(compat: CompatWorld, tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "fifo"
    fifo = Fifo(path, tmp_path, compat.front)
    fifo.open()
    yield path
    fifo.close()
    assert not path.exists()


def client(fifo: Path) -> OpenSIPSMI:
    return OpenSIPSMI("fifo", fifo_file=str(fifo), fifo_file_fallback=str(fifo), fifo_reply_dir=str(fifo.parent))


@pytest.mark.covers("OC-117")
async def test_the_python_client(fifo: Path, compat: CompatWorld) -> None:
    mi = client(fifo)
    assert await asyncio.to_thread(mi.valid) == (True, None)
    agents = await asyncio.to_thread(mi.execute, "cc_list_agents")
    assert [agent["id"] for agent in agents["Agents"]] == ["ada", "bob", "cleo", "dan", "7"]
    assert await asyncio.to_thread(mi.execute, "cc_agent_login", ["ada", "0"]) == "OK"
    assert compat.center.asked == [("log_in", 1, False)]
    with pytest.raises(OpenSIPSMIException, match="404: Agent not found"):
        await asyncio.to_thread(mi.execute, "cc_agent_login", {"agent_id": "nobody", "state": 1})


async def test_an_answer_that_fills_the_pipe(fifo: Path, compat: CompatWorld) -> None:
    compat.center.shown = replace(compat.center.shown, agents=compat.center.shown.agents * 1_000)
    agents = await asyncio.to_thread(client(fifo).execute, "cc_list_agents")
    assert len(agents["Agents"]) == 5_000


def write(fifo: Path, data: bytes) -> None:
    fd = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    os.write(fd, data)
    os.close(fd)


async def reply(path: Path) -> Any:
    return json.loads(await asyncio.to_thread(path.read_bytes))


@pytest.mark.covers("OC-117")
async def test_a_line_end_is_no_matter_and_no_name_is_no_answer(
    fifo: Path, compat: CompatWorld, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "r1")
    write(fifo, b'::{"jsonrpc":"2.0","id":1,"method":"cc_reset_stats"}\n:r1:' + ONE + b"\n")
    assert (await reply(tmp_path / "r1"))["error"] == {"code": 404, "message": "unknown MI command"}
    assert compat.center.asked == [("reset",)]


@pytest.mark.covers("OC-114", "OC-117")
async def test_what_is_no_request_is_answered_as_such(fifo: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r1")
    write(fifo, b":r1:rubbish\n")
    assert (await reply(tmp_path / "r1"))["error"]["code"] == -32700


async def test_half_a_request_is_given_up(fifo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.http.compat.fifo.REST_S", 0.05)
    os.mkfifo(tmp_path / "r1")
    write(fifo, b":r1:" + ONE[:20])
    assert (await reply(tmp_path / "r1"))["error"]["code"] == -32700
    os.mkfifo(tmp_path / "r2")
    write(fifo, b":r2:" + ONE)
    assert (await reply(tmp_path / "r2"))["error"]["code"] == 404


async def test_only_fifos_in_the_folder_are_written_to(fifo: Path, compat: CompatWorld, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    reset = b'{"jsonrpc":"2.0","id":1,"method":"cc_reset_stats"}'
    for name in (b"file", b"link"):
        write(fifo, b":" + name + b":" + reset)
    write(fifo, b":../up:" + reset + b"\n:.hidden:" + reset + b"\n")
    async with asyncio.timeout(2):
        while len(compat.center.asked) < 2:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert (tmp_path / "file").read_text() == "mine"
    assert len(compat.center.asked) == 2  # the names that are none were not even read


async def test_it_is_this_users_and_replaces_its_own_only(compat: CompatWorld, tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    fifo = Fifo(path, tmp_path, compat.front)
    fifo.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    fifo.close()
    path.write_text("something else")
    with pytest.raises(Unavailable, match="no FIFO"):
        Fifo(path, tmp_path, compat.front).open()
    assert path.read_text() == "something else"


FRAME = st.tuples(
    st.sampled_from(["", "r", "opensips_fifo_reply_1_2_3"]), st.sampled_from([ONE, b"[]", b'{"a":[1,{}]}'])
)


@settings(max_examples=30, deadline=None)
@given(st.lists(FRAME, max_size=4), st.data())
def test_requests_are_found_however_they_are_cut(wanted: list[tuple[str, bytes]], data: st.DataObject) -> None:
    ends = st.sampled_from([b"", b"\n", b" \r\n"])
    raw = b"".join(b":" + name.encode() + b":" + body + data.draw(ends) for name, body in wanted)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=5)))
    frames, found = Frames(), []
    for begin, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        found += frames.feed(raw[begin:end])
    assert found == [Frame(name, body) for name, body in wanted]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([b":r:", b":", b'{"', b"}", b"\n", b"[" * 50]), max_size=8))
def test_nothing_that_is_written_is_kept_for_long(pieces: list[bytes]) -> None:
    frames = Frames()
    for piece in pieces:
        for frame in frames.feed(piece):
            assert "/" not in frame.reply
    frames.give_up()
    assert frames.rest == b""
    assert frames.feed(b"\n:r:" + ONE) == [Frame("r", ONE)]


def test_a_request_without_an_end_is_dropped() -> None:
    frames = Frames()
    assert frames.feed(b":r:" + b'{"a":"' + b"x" * FRAME_BYTES_MAX) == []
    assert frames.rest == b""
