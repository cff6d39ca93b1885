"""People who call us, as a SIPp process: with headers, patience, and a stay of so long.

`[call_number]` in `number` tells them apart; it is the first part of the Call-ID, too.
"""

import asyncio
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from busyhour.sim.sipp.ledger import LOOK_EVERY_S, Dialog, Ledger
from busyhour.sim.sipp.process import Sipp, SippSettings

SCENARIO = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="caller">
<send retrans="500"><![CDATA[
      INVITE sip:{dialed}@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: {shown} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      To: <sip:{dialed}@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:{number}@[local_ip]:[local_port]>
      Max-Forwards: 70
{headers}
      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=caller 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio {media} RTP/AVP 0 101
      a=rtpmap:0 PCMU/8000
      a=rtpmap:101 telephone-event/8000
      a=sendrecv
]]></send>
<recv response="100" optional="true" timeout="{patience_ms}" ontimeout="cancel"/>
<recv response="180" optional="true" timeout="{patience_ms}" ontimeout="cancel"/>
<recv response="183" optional="true" timeout="{patience_ms}" ontimeout="cancel"/>
{refusals}
<recv response="200" rrs="true" timeout="{patience_ms}" ontimeout="cancel"/>
<send><![CDATA[
      ACK [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: {shown} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0
]]></send>
<recv request="BYE" timeout="{talk_ms}" ontimeout="bye"/>
<send next="end"><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0
]]></send>
<label id="bye"/>
<send retrans="500"><![CDATA[
      BYE [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      [last_From:]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 2 BYE
      Max-Forwards: 70
      Content-Length: 0
]]></send>
<recv response="200" next="end"/>
<label id="cancel"/>
<send retrans="500"><![CDATA[
      CANCEL sip:{dialed}@[remote_ip]:[remote_port] SIP/2.0
      [last_Via:]
      From: {shown} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      To: <sip:{dialed}@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 CANCEL
      Max-Forwards: 70
      Content-Length: 0
]]></send>
<recv response="200"/>
<recv response="487"/>
<label id="refused"/>
<send><![CDATA[
      ACK sip:{dialed}@[remote_ip]:[remote_port] SIP/2.0
      [last_Via:]
      From: {shown} <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0
]]></send>
<label id="end"/>
<nop/>
</scenario>
"""
REFUSALS = (403, 404, 408, 480, 486, 500, 503, 603)


class Callers(Sipp):
    """`with` places the calls, `per_s` of them a second. `ledger` has what the callers saw of them."""

    def __init__(
        self,
        folder: Path,
        *,
        sip_port: int,
        to: str,
        dialed: str,
        number: str = "+4930777",
        shown: str = '"Ada Adler"',
        headers: Mapping[str, str] | None = None,
        media_port: int,
        patience_s: float = 30.0,
        talk_s: float = 60.0,
        calls: int = 1,
        at_once: int | None = None,  # None = all
        per_s: float | None = None,  # None = all in one second
        name: str = "caller",
    ) -> None:
        self._to, self._calls, self._at_once, self._per_s = to, calls, at_once or calls, per_s or calls
        scenario = SCENARIO.format(
            dialed=dialed,
            number=number,
            shown=shown,
            headers="\n".join(f"      {name}: {value}" for name, value in (headers or {"Subject": "call"}).items()),
            media=media_port,
            refusals="\n".join(f'<recv response="{status}" optional="true" next="refused"/>' for status in REFUSALS),
            patience_ms=round(patience_s * 1000),
            talk_ms=round(talk_s * 1000),
        )
        settings = SippSettings(folder=folder, sip_port=sip_port, media_port=sip_port + 6, echo=False)
        super().__init__(name, scenario, settings)
        self.ledger = Ledger(self.trace)

    def _command(self) -> list[str]:
        pace = ["-r", str(round(self._per_s * 10)), "-rp", "10000"]
        return [*super()._command(), self._to, "-m", str(self._calls), "-l", str(self._at_once), *pace]

    def come_no_more(self) -> None:
        """Nobody new calls; those who are on the line stay for as long as they want."""
        self.signal(signal.SIGUSR1)

    async def dialog(self, condition: Callable[[Dialog], bool], *, max_s: float = 10.0) -> Dialog:
        """The first call, as soon as it is so."""
        async with asyncio.timeout(max_s):
            while True:
                for dialog in self.ledger.dialogs():
                    if condition(dialog):
                        return dialog
                await asyncio.sleep(LOOK_EVERY_S)

    async def refused(self, *, max_s: float = 10.0) -> int:
        """The status by which the call was not answered."""
        status = (await self.dialog(lambda dialog: dialog.status is not None, max_s=max_s)).status
        assert status is not None
        return status
