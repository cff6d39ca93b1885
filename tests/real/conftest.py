"""The whole product as a process, for tests that need the real thing.

Each test (or module) has its own data folder and database; the fetched PBX is shared between them, and between runs
when BUSYHOUR_PBX_CACHE names a folder. BUSYHOUR_TEST_OFFSET moves all ports, for a second run on the same machine.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.bench.product import Ports, Product
from busyhour.settings import Settings
from busyhour.sim.sipp.process import SippSettings
from tests.real.pbx_crashes import PbxCrashes
from tests.real.private_pbx import settings_on_free_ports

OFFSET = int(os.environ.get("BUSYHOUR_TEST_OFFSET", "800"))
Starter = Callable[..., AbstractAsyncContextManager[Product]]


@pytest.fixture(scope="session")
def pbx_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return os.environ.get("BUSYHOUR_PBX_CACHE") or str(tmp_path_factory.mktemp("pbx-cache"))


@pytest.fixture(scope="module")
def pbx_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_on_free_ports(tmp_path_factory.mktemp("pbx"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_pbx(pbx_cache: str, pbx_settings: Settings) -> AsyncIterator[PrivatePbx]:
    """A private PBX without the product, for the tests of a module that live in its loop."""
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    private = PrivatePbx(pbx_settings)
    await private.start()
    yield private
    await private.stop()


@pytest.fixture(scope="session")
def pbx_crashes() -> Iterator[PbxCrashes]:
    crashes = PbxCrashes()
    with pytest.MonkeyPatch.context() as patch:
        crashes.install(patch)
        yield crashes
    assert crashes.new() == [], "Asterisk crashed"  # while the last products were swept away


@pytest.fixture(autouse=True)
def no_pbx_crashes(pbx_crashes: PbxCrashes) -> Iterator[None]:
    yield
    assert pbx_crashes.new() == [], "Asterisk crashed"


@pytest.fixture(scope="session")
def started(pbx_cache: str) -> Starter:
    """`async with started(folder) as product`: a running product, swept away at the end whatever happens."""

    @asynccontextmanager
    async def start(folder: Path, *arguments: str, offset: int = OFFSET, **environment: str) -> AsyncIterator[Product]:
        given = {"BUSYHOUR_PBX_CACHE": pbx_cache, **environment}
        async with Product(folder / "data", Ports(offset=offset), arguments=arguments, environment=given) as product:
            try:
                yield product
            except BaseException:
                print(product.log_tail())  # shown by pytest with the failure
                raise

    return start


@pytest.fixture
async def product(started: Starter, tmp_path: Path) -> AsyncIterator[Product]:
    async with started(tmp_path) as product:
        yield product


@pytest.fixture
def carrier_settings(tmp_path: Path) -> SippSettings:
    return SippSettings(folder=tmp_path / "carrier", sip_port=6060 + OFFSET, media_port=6080 + OFFSET)


@pytest.fixture
def phone_settings(tmp_path: Path) -> SippSettings:
    return SippSettings(folder=tmp_path / "phones", sip_port=6070 + OFFSET, media_port=6100 + OFFSET, echo=False)
