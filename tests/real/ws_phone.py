"""A browser phone's signalling without a browser: REGISTER with digest over SIP on a WebSocket, in plain text."""

import hashlib
import re
import uuid
from types import TracebackType
from typing import Self

import aiohttp

ANSWER_MAX_S = 5.0


class WsPhone:
    def __init__(self, ws_url: str, *, user: str, secret: str, realm: str) -> None:
        self._url, self._user, self._secret, self._realm = ws_url, user, secret, realm
        self._call_id, self._tag = uuid.uuid4().hex, uuid.uuid4().hex[:8]
        self._host = f"{uuid.uuid4().hex[:12]}.invalid"
        self._cseq = 0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(self._url, protocols=("sip",))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._socket.close()
        await self._http.close()

    async def register(self, expires_s: int = 60) -> int:
        """The final status. The first try is without proof, as a browser does it."""
        status, text = await self._send(expires_s, None)
        if status != 401:
            return status
        status, _ = await self._send(expires_s, text)
        return status

    async def challenge(self) -> str:
        """The answer to a REGISTER without proof, without what differs each time."""
        _, text = await self._send(60, None)
        return re.sub(r"(nonce|opaque|tag|branch|rport|received)=\"?[^\",;\s]*\"?", r"\1=*", _without_ids(text))

    async def _send(self, expires_s: int, challenge: str | None) -> tuple[int, str]:
        self._cseq += 1
        uri = f"sip:{self._realm}"
        lines = [
            f"REGISTER {uri} SIP/2.0",
            f"Via: SIP/2.0/WS {self._host};branch=z9hG4bK{uuid.uuid4().hex}",
            "Max-Forwards: 70",
            f"To: <sip:{self._user}@{self._realm}>",
            f"From: <sip:{self._user}@{self._realm}>;tag={self._tag}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._cseq} REGISTER",
            f"Contact: <sip:{self._user}@{self._host};transport=ws>;expires={expires_s}",
            f"Expires: {expires_s}",
        ]
        if challenge is not None:
            lines.append(f"Authorization: {self._proof(challenge, uri)}")
        await self._socket.send_str("\r\n".join([*lines, "Content-Length: 0", "", ""]))
        while True:
            text = (await self._socket.receive(timeout=ANSWER_MAX_S)).data
            if text.startswith("SIP/2.0 ") and f"CSeq: {self._cseq} " in text:
                return int(text.split(" ")[1]), text

    def _proof(self, challenge: str, uri: str) -> str:
        fields = dict(
            re.findall(r'(\w+)="?([^",\s]+)"?', challenge.split("WWW-Authenticate:")[1].split("\r\n", maxsplit=1)[0])
        )
        nonce, realm = fields["nonce"], fields["realm"]
        first = _md5(f"{self._user}:{realm}:{self._secret}")
        client = uuid.uuid4().hex[:8]
        answer = _md5(f"{first}:{nonce}:00000001:{client}:auth:{_md5(f'REGISTER:{uri}')}")
        parts = {"username": self._user, "realm": realm, "nonce": nonce, "uri": uri, "response": answer}
        quoted = ", ".join(f'{name}="{value}"' for name, value in parts.items())
        opaque = f', opaque="{fields["opaque"]}"' if "opaque" in fields else ""
        return f'Digest {quoted}, algorithm=MD5, qop=auth, nc=00000001, cnonce="{client}"{opaque}'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _without_ids(text: str) -> str:
    return "\n".join(
        line
        for line in text.split("\r\n")
        if not line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:", "Date:"))
    )
