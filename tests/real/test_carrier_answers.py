"""What a carrier may answer: each SIP status as one of our words, and redirections, which lead nowhere."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from busyhour.adapters.asterisk.causes import SIP, end_cause
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.core.events import CallArrived, CallEnded
from busyhour.core.model.values import EndCause
from tests.real.private_pbx import settings_on_free_ports
from tests.real.sip_answerer import SipAnswerer
from tests.real.telephony_watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

ECHO = "4930123420"
"""A number of the demo carrier that answers and stays."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(pbx_cache: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PrivatePbx]:
    os.environ["BUSYHOUR_PBX_CACHE"] = pbx_cache
    private = PrivatePbx(settings_on_free_ports(tmp_path_factory.mktemp("pbx")), demo=True)
    await private.start()
    yield private
    await private.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def watch(pbx: PrivatePbx) -> AsyncIterator[Watch]:
    async with Watch(pbx.access) as watch:
        yield watch


REDIRECTIONS = tuple(status for status in SIP if status < 400)


@pytest.mark.parametrize("rings", [0, 1])
async def test_every_sip_status_that_we_map(watch: Watch, rings: int) -> None:
    """The PBX hands each status through, so the table is what decides; a redirection is never followed."""
    async with SipAnswerer() as answerer:
        trunk = await watch.set_trunk(f"127.0.0.1:{answerer.port}", trunk_id=20 + rings)
        calls = {status: await watch.dial(f"+49{rings}{status}", trunk) for status in SIP}
        ended = {status: (await watch.of(CallEnded, call)).cause for status, call in calls.items()}
    expected = {status: end_cause(0, status, answered=False, rang=bool(rings)) for status in SIP}
    if ended[301] is EndCause.REJECTED:  # Asterisk ended it before it noted which redirection it was
        expected[301] = EndCause.REJECTED
    assert ended == expected
    assert answerer.strangers() == []


ELSEWHERE = ["premium", "call", "Local%2Fcall%40busyhour", "Local%2Fagent%40busyhour", "PJSIP%2F49666%40t1-23"]
ELSEWHERE += ["Local%2F4930100%40busyhour-came", "Local%2Fsend%40busyhour-sent"]


async def test_a_trunk_that_moves_is_called_at_its_new_place_only(watch: Watch) -> None:
    for _ in range(5):
        async with SipAnswerer() as answerer:
            trunk = await watch.set_trunk(f"127.0.0.1:{answerer.port}", trunk_id=24)
            for _ in range(2):
                call = await watch.dial("+490486", trunk)
                assert (await watch.of(CallEnded, call)).cause is EndCause.BUSY
            assert len(answerer.invited) == 2


@pytest.mark.parametrize("user", [*ELSEWHERE, "PJSIP%2F49666%40{secret}"])
async def test_a_carrier_does_not_choose_where_we_call(watch: Watch, pbx: PrivatePbx, user: str) -> None:
    """Asterisk follows a redirection to any technology and place that it names. Even one that knew a secret name would
    get no further than a call that nobody takes."""
    secret = pbx.access.secret_name("t1-23")
    async with SipAnswerer(f"sip:{user.format(secret=secret)}@127.0.0.1:9") as answerer:
        for trunk_id in (22, 23):
            trunk = await watch.set_trunk(f"127.0.0.1:{answerer.port}", trunk_id=trunk_id)
        calls = [await watch.dial(f"+491{status}", trunk) for status in REDIRECTIONS for _ in range(4)]
        causes = {(await watch.of(CallEnded, call)).cause for call in calls}
        assert causes <= {EndCause.REJECTED, EndCause.INVALID_NUMBER}
        assert len(answerer.invited) >= len(calls)
        assert secret not in "".join(answerer.invited)
        if "secret" not in user:
            assert answerer.strangers() == []
        async with asyncio.timeout(5):
            while (await watch.telephony.link.ask("GET", "channels")).read(list[object]):
                await asyncio.sleep(0.05)
    assert not [told for told in watch.told if isinstance(told, CallArrived)]  # nor is it a caller


async def test_a_channel_that_we_did_not_make_is_not_let_in(watch: Watch, pbx: PrivatePbx) -> None:
    """One that follows a redirection has none of our variables; it is answered, and ends at our door."""
    trunk = await watch.set_trunk("", demo=True)
    for extension in ("call", "agent"):
        asked = {
            "endpoint": f"PJSIP/{ECHO}@{pbx.access.secret_name(trunk.endpoint)}",
            "context": "busyhour",
            "extension": extension,
            "priority": 1,
            "channelId": f"c1-stranger-{extension}",
        }
        since = len(watch.told)
        assert (await watch.telephony.link.ask("POST", "channels", body=asked)).ok
        ended = await watch.of(CallEnded, f"c1-stranger-{extension}", since=since)
        assert ended.answered_utc_s is not None
        assert ended.cause is EndCause.REJECTED
