"""JSON-RPC 2.0 as clients of the management interface speak it (OC-111 to OC-115): bytes in, bytes out, no I/O."""

from typing import Any, Final

import msgspec
from msgspec import Struct

REQUEST_BYTES_MAX: Final = 65_535  # the largest datagram; no client has more to say
METHOD_LENGTH_MAX: Final = 128
ID_LENGTH_MAX: Final = 256

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
SERVER_ERROR: Final = -32000

WORDS: Final = {
    PARSE_ERROR: "Parse error",
    INVALID_REQUEST: "Invalid Request",
    METHOD_NOT_FOUND: "Method not found",
    INVALID_PARAMS: "Invalid params",
    SERVER_ERROR: "Server error",
}

Id = str | int | float | None
Params = list[Any] | dict[str, Any]

_encode = msgspec.json.Encoder().encode


class RpcFault(Exception):
    """What is answered in place of a result. Commands have positive codes of their own."""

    def __init__(self, code: int, message: str = "", data: str | None = None) -> None:
        super().__init__(message or WORDS[code])
        self.code, self.message, self.data = code, message or WORDS[code], data


class Request(Struct, frozen=True, kw_only=True):
    method: str
    params: Params
    id: Id = None
    notification: bool = False  # nobody waits for an answer


class Unreadable(Exception):
    """This is no request. `answer` says so to whoever sent it."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


def parse(raw: bytes) -> Request:
    """Raises `Unreadable`."""
    try:
        said = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unreadable(fault_bytes(None, RpcFault(PARSE_ERROR))) from None
    if not isinstance(said, dict):
        raise Unreadable(fault_bytes(None, RpcFault(INVALID_REQUEST)))
    id_ = said.get("id")
    if not is_id(id_):
        raise Unreadable(fault_bytes(None, RpcFault(INVALID_REQUEST, data="the id is a string or a number")))
    method, params = said.get("method"), said.get("params")
    if said.get("jsonrpc") != "2.0" or not isinstance(method, str) or not 1 <= len(method) <= METHOD_LENGTH_MAX:
        raise Unreadable(fault_bytes(id_, RpcFault(INVALID_REQUEST)))
    if not isinstance(params, list | dict | None):
        raise Unreadable(fault_bytes(id_, RpcFault(INVALID_PARAMS, data="params are an array or an object")))
    return Request(method=method, params=params or [], id=id_, notification="id" not in said)


def is_id(value: Any) -> bool:
    """Booleans are numbers in Python, but not in JSON."""
    if isinstance(value, str):
        return len(value) <= ID_LENGTH_MAX
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def result_bytes(id_: Id, result: Any) -> bytes:
    return _encode({"jsonrpc": "2.0", "result": result, "id": id_})


def fault_bytes(id_: Id, fault: RpcFault) -> bytes:
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.data is not None:
        error["data"] = fault.data
    return _encode({"jsonrpc": "2.0", "error": error, "id": id_})


def event_bytes(name: str, params: dict[str, Any] | list[Any]) -> bytes:
    return _encode({"jsonrpc": "2.0", "method": name, "params": params})
