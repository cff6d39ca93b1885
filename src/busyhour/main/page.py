"""The page and the API as a server, until a signal ends it.

Loaded late: this file brings in everything that speaks HTTP, which takes longer than taking over the calls of an
engine that died.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from busyhour.http.app import create_app
from busyhour.http.services import Services
from busyhour.main.lasting import RENEW
from busyhour.settings import Settings

STOP_MAX_S = 5  # for requests in flight when we stop


async def serve(
    services: Services, settings: Settings, *, begun: Callable[[], None], leave: Callable[[], None]
) -> None:
    """`begun` is called when requests are answered, `leave` when it ends for a new program."""
    config = uvicorn.Config(
        create_app(services),
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_MAX_S,
        ws_max_size=128 * 1024,
        ws_ping_interval=5.0,
        ws_ping_timeout=10.0,  # a dead desk is known within 15 s (B3)
        server_header=False,
    )
    server = PageServer(config)
    _end_on_signal(server, leave)
    await services.management.open()
    try:
        serving = asyncio.create_task(server.serve())
        while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.01)
        begun()
        await serving
    finally:
        await services.management.close()


def _end_on_signal(server: uvicorn.Server, leave: Callable[[], None]) -> None:
    def end() -> None:
        server.force_exit = server.should_exit  # a second Ctrl-C does not wait for requests in flight
        server.should_exit = True

    def make_way() -> None:
        leave()
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    asyncio.get_running_loop().add_signal_handler(RENEW, make_way)


class PageServer(uvicorn.Server):
    """Leaves signals to us: its own handling ends the process by the signal, before the PBX and the database are
    stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
