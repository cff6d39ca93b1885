"""A callee that says good-bye out of order (B14): a BYE with a lower CSeq than an earlier request of the same dialog. A
proxy that only looks on takes it for the end, and bills no more; the call goes on. Ours ends when the PBX ends it."""

import asyncio
from typing import Any

import pytest

from busyhour.bench.product import Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed
from busyhour.sim.sipp.process import Sipp, SippSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

GOES_ON_S = 3.0
"""After its false good-bye the callee stays on the line, and says nothing more; the message takes longer than this."""
LONG = "This message goes on for a while, so that nobody hangs up before its end. " * 2

ANSWER = """
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]t[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sim [pid] 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def request(method: str, cseq: int) -> str:
    return f"""<send><![CDATA[
{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{cseq}
Max-Forwards: 70
From: [$to];tag=[pid]t[call_number]
To: [$from]
Call-ID: [call_id]
CSeq: {cseq} {method}
Content-Length: 0

]]></send>"""


SCENARIO = f"""<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="false good-bye">
<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<log message="[$from][$to]"/>
</action></recv>
<send retrans="500"><![CDATA[{ANSWER}]]></send>
<recv request="INVITE" optional="true"/>
<recv request="ACK"/>
<pause milliseconds="500"/>
{request("OPTIONS", 100)}
<recv response="200"/>
{request("BYE", 7)}
</scenario>
"""


def said(sipp: Sipp, start: str, method: str) -> float | None:
    """When the first message that begins so, of a request of this kind, came or went, by the network's own book."""
    lines = sipp.trace.read_text().splitlines() if sipp.trace.exists() else []
    for fields in (line.split("\t") for line in lines):
        if len(fields) >= 7 and fields[6].startswith(start) and fields[5].endswith(method):
            return float(fields[2])
    return None


async def until_said(sipp: Sipp, start: str, method: str, max_s: float) -> float:
    async with asyncio.timeout(max_s):
        while (at := said(sipp, start, method)) is None:
            await asyncio.sleep(0.05)
    return at


@pytest.mark.covers("I29", "I30")
async def test_a_good_bye_out_of_order_ends_nothing(product: Product, carrier_settings: SippSettings) -> None:
    prompt = await product.api.post("/api/prompts", {"name": "long", "text": LONG, "language": "en-US"})
    with Sipp("false-bye", SCENARIO, carrier_settings) as callee:
        address = f"{carrier_settings.address}:{carrier_settings.sip_port}"
        trunk = await make_trunk(product.api, name="network", host=address, capacity=1)
        campaign_id = await make_campaign(
            product.api,
            [await make_list(product.api, "one", ["+4930123456"])],
            name="false good-bye",
            dial_mode="agentless",
            message_prompt=prompt["media"],
            trunk_ids=[trunk["trunk_id"]],
        )
        run_id = await start_run(product.api, campaign_id)
        refused_s = await until_said(callee, "SIP/2.0 500", "7 BYE", 30)
        await asyncio.sleep(GOES_ON_S)
        [open_one] = await open_attempts(product, run_id)
        live = (await product.snapshot())["calls"]
        [attempt] = await wait_closed(product.api, run_id, timeout_s=30)
        answered_s, ended_s = said(callee, "SIP/2.0 200", "INVITE"), said(callee, "BYE sip:127.", "BYE")
    assert open_one["outcome"] is None
    assert list(live) == [attempt["call"]]
    assert answered_s is not None
    assert ended_s is not None
    assert ended_s - refused_s > GOES_ON_S
    assert attempt["outcome"] == "IVR_COMPLETED"
    assert attempt["talk_ms"] / 1000 == pytest.approx(ended_s - answered_s, abs=0.5)
    assert attempt["ended_utc_s"] == pytest.approx(ended_s, abs=0.5)


async def open_attempts(product: Product, run_id: int) -> list[dict[str, Any]]:
    page = await product.api.get("/api/attempts", run_id=run_id, open_only="true", limit=10)
    found: list[dict[str, Any]] = page["rows"]
    return found
