"""JSON-RPC as clients send it, and as nobody should."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from busyhour.http.compat.commands import Command, given_to
from busyhour.http.compat.front import TooOften
from busyhour.http.compat.rpc import RpcFault, Unreadable, parse
from busyhour.service.errors import StoreDown
from tests.http.compat.compat_world import CompatWorld


@pytest.mark.covers("OC-111")
@pytest.mark.parametrize("id_", ["15348", 15348, 1.5, None, "", -1])
@pytest.mark.parametrize("params", [{}, [], None, "absent"])
async def test_an_id_comes_back_with_its_type(compat: CompatWorld, id_: Any, params: Any) -> None:
    request = {"jsonrpc": "2.0", "id": id_, "method": "events_list"}
    said = await compat.send(json.dumps(request if params == "absent" else request | {"params": params}))
    assert said == {"jsonrpc": "2.0", "id": id_, "result": {"Events": [{"name": "E_CALLCENTER_AGENT_REPORT", "id": 0}]}}
    assert type(said["id"]) is type(id_)


@pytest.mark.covers("OC-112")
@pytest.mark.parametrize("params", [["ada", "0"], ["ada", 0], {"agent_id": "ada", "state": "0"}])
async def test_numbers_may_come_as_words(compat: CompatWorld, params: Any) -> None:
    assert await compat.result("cc_agent_login", params) == "OK"
    assert compat.center.asked == [("log_in", 1, False)]


@pytest.mark.covers("OC-112")
async def test_words_may_come_as_numbers(compat: CompatWorld) -> None:
    assert await compat.result("cc_agent_login", [7, 1]) == "OK"
    assert compat.center.asked == [("log_in", 5, True)]


@pytest.mark.covers("OC-113", "OC-114")
@pytest.mark.parametrize(
    ("params", "data"),
    [
        (["ada"], "wrong number of parameters"),
        (["ada", 1, 2], "wrong number of parameters"),
        ({"agent_id": "ada"}, "missing parameter state"),
        ({"agent_id": "ada", "state": 1, "more": 1}, "unknown parameter more"),
        (["ada", "yes"], "state is not a number"),
        (["ada", True], "state is not a number"),
        ([None, 1], "agent_id is not a string"),
        ([["ada"], 1], "agent_id is not a string"),
    ],
)
async def test_wrong_parameters_are_named(compat: CompatWorld, params: Any, data: str) -> None:
    said = await compat.ask("cc_agent_login", params)
    assert said["error"] == {"code": -32602, "message": "Invalid params", "data": data}
    assert compat.center.asked == []


@pytest.mark.covers("OC-114")
@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        ("{", -32700, "Parse error"),
        ("rubbish", -32700, "Parse error"),
        ('"\xff', -32700, "Parse error"),
        ("[" * 60_000, -32700, "Parse error"),
        ("[]", -32600, "Invalid Request"),
        ("1", -32600, "Invalid Request"),
        ('{"jsonrpc":"2.0","id":{},"method":"which"}', -32600, "Invalid Request"),
        ('{"jsonrpc":"2.0","id":true,"method":"which"}', -32600, "Invalid Request"),
        ('{"jsonrpc":"1.0","id":1,"method":"which"}', -32600, "Invalid Request"),
        ('{"jsonrpc":"2.0","id":1,"method":1}', -32600, "Invalid Request"),
        ('{"jsonrpc":"2.0","id":1,"method":"which","params":"x"}', -32602, "Invalid params"),
        ('{"jsonrpc":"2.0","id":1,"method":"no_such"}', -32601, "Method not found"),
    ],
)
async def test_what_cannot_be_read_is_said(compat: CompatWorld, raw: str, code: int, message: str) -> None:
    said = await compat.send(raw)
    assert (said["error"]["code"], said["error"]["message"]) == (code, message)


@pytest.mark.covers("OC-114")
async def test_a_database_that_is_away_is_a_server_error(compat: CompatWorld) -> None:
    compat.center.fault = StoreDown()
    assert await compat.error("cc_agent_release", ["ada"]) == (-32000, "Server error")


@pytest.mark.covers("OC-115")
async def test_a_notification_is_done_and_not_answered(compat: CompatWorld) -> None:
    assert await compat.send('{"jsonrpc":"2.0","method":"cc_agent_login","params":["ada","0"]}') is None
    assert compat.center.asked == [("log_in", 1, False)]
    assert await compat.send('{"jsonrpc":"2.0","method":"no_such"}') is None


async def test_too_many_in_a_second_are_not_answered(compat: CompatWorld) -> None:
    for _ in range(100):
        await compat.send('{"jsonrpc":"2.0","method":"ps"}')
    with pytest.raises(TooOften):
        await compat.send('{"jsonrpc":"2.0","method":"ps"}')
    compat.clock.pass_s(1.0)
    assert await compat.send('{"jsonrpc":"2.0","method":"ps","id":1}')


FEW = settings(max_examples=30, deadline=None)


@FEW
@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_answered(raw: bytes) -> None:
    assert code_of(raw) in {0, -32700, -32600, -32602}


def code_of(raw: bytes) -> int:
    """0: it was read."""
    try:
        parse(raw)
    except Unreadable as fault:
        return int(json.loads(fault.answer)["error"]["code"])
    return 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@FEW
@given(
    JSON | st.fixed_dictionaries({}, optional={"jsonrpc": st.just("2.0"), "id": JSON, "method": JSON, "params": JSON})
)
def test_no_json_is_too_odd_to_be_answered(said: Any) -> None:
    raw = json.dumps(said).encode()
    if code_of(raw) == 0:
        assert parse(raw).method == said["method"]
        assert parse(raw).notification == ("id" not in said)


NAMES = st.sampled_from(["a", "b", "c", "d"])


@FEW
@given(
    st.lists(st.lists(NAMES, unique=True, max_size=3).map(tuple), min_size=1, max_size=3),
    st.lists(JSON, max_size=4) | st.dictionaries(NAMES, JSON, max_size=4),
)
def test_parameters_are_one_of_the_sets_or_a_fault(sets: list[tuple[str, ...]], params: Any) -> None:
    async def nothing(*_: Any) -> None: ...

    found = or_code(lambda: given_to(Command(("x",), "", tuple(sets), nothing), params))
    if found == -32602:
        return
    assert any(set(names) == set(found) for names in sets)
    for name in found:
        for read in (found.text, found.number, found.texts):
            value = or_code(lambda read=read, name=name: read(name))
            assert isinstance(value, str | int | list)


def or_code(read: Any) -> Any:
    try:
        return read()
    except RpcFault as fault:
        return fault.code
