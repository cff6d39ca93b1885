"""Every background task of the product fails here once, by name: it is told, and what it was for goes on (A15).

A task is known by where it is begun. One that is begun somewhere else than `FAILING` and `AWAITED` say is a fault of
the last test here, so that none is forgotten.
"""

import ast
import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from tests.main import tasks_of_adapters as adapters
from tests.main import tasks_of_engine as engine
from tests.main import tasks_of_service as service
from tests.main.failing import Stage

pytestmark = pytest.mark.looptime

SOURCE: Final = Path(__file__).parents[2] / "src" / "busyhour"
RINGS: Final = ("main", "service", "adapters", "http")
BEGINNERS: Final = {
    "create_task",
    "ensure_future",
    "for_ever",
    "once",
    "kept_up",
    "start_soon",
    "run_coroutine_threadsafe",
}

FAILING: Final[dict[str, Callable[[Stage], Awaitable[None]]]] = {
    "adapters/asterisk/ami.py:_one_life": adapters.ami_beside,
    "adapters/asterisk/ari.py:_one_life": adapters.ari_beside,
    "adapters/asterisk/doors.py:_resolve_soon": adapters.trunk_names,
    "adapters/asterisk/phones.py:_expire_later": adapters.phone_secret_expires,
    "adapters/asterisk/private.py:_ends_or_is_deaf": adapters.ear_of_the_pbx,
    "adapters/asterisk/private.py:_watch_over": adapters.private_pbx,
    "adapters/asterisk/telephony.py:_came_up": adapters.look_at_the_pbx,
    "adapters/asterisk/telephony.py:_spawn": adapters.beside_the_link,
    "adapters/asterisk/telephony.py:run": adapters.links,
    "adapters/sql/private.py:start": adapters.private_database,
    "http/compat/datagram.py:datagram_received": service.datagram_answer,
    "http/compat/delivery.py:_run": service.event_stream,
    "http/compat/delivery.py:send": service.event_stream,
    "http/compat/fifo.py:_begin": service.fifo_answer,
    "http/numbers_added.py:follow_import": service.numbers_added,
    "main/page.py:serve": service.page,
    "main/product.py:_run": service.of_the_product,
    "service/accounts_noted.py:log_in": service.note_log_in,
    "service/centers.py:of": service.center,
    "service/engine.py:_begin": engine.look,
    "service/engine.py:_spawn, for an order": engine.order,
    "service/engine.py:_spawn": engine.place_and_ask,
    "service/floors.py:start": engine.engine_itself,
    "service/importing.py:start": service.one_import,
    "service/keeping.py:begin": engine.keeper,
}

AWAITED: Final = {
    "adapters/asterisk/announcing.py:_make": "whoever wants the sentence waits for it; it is made anew the next time",
    "adapters/asterisk/private.py:_run_until_told": "a program of its own, which ends with it",
    "adapters/sql/load.py:run": "by the import that reads ahead, which fails with it",
    "http/feeds.py:race": "by the socket that it serves, which ends with it",
    "service/background.py:for_ever": "what this is about: tests/service/test_background.py",
    "service/background.py:once": "what this is about: tests/service/test_background.py",
}
"""Begun, and awaited in the same place: the failure is that of who waits."""


@pytest.mark.parametrize("begun_in", FAILING)
async def test_a_task_that_fails_is_told_and_what_it_was_for_goes_on(
    begun_in: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with capture_logs() as told:
        stage = Stage(monkeypatch, tmp_path, told)
        try:
            async with asyncio.timeout(300):
                await FAILING[begun_in](stage)
        finally:
            await stage.end()


def test_no_task_is_begun_that_no_test_lets_fail() -> None:
    assert begun_somewhere() == {*(name.split(",")[0] for name in FAILING), *AWAITED}
    assert not {*FAILING} & {*AWAITED}


def begun_somewhere() -> set[str]:
    found = set[str]()
    for ring in RINGS:
        for path in (SOURCE / ring).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    calls = [_name_of(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]
                    if BEGINNERS & {*calls}:
                        found.add(f"{path.relative_to(SOURCE)}:{function.name}")
    return found


def _name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
