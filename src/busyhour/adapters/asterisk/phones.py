"""`service.ports.Phones`: the agents' and trunks' places on the PBX, pushed over ARI and kept in its memory only.

What was pushed is remembered here and pushed again when the link comes back (`replay`): a restarted PBX knows none of
it. No place of an agent can dial anything: its context refuses all. What comes in over a trunk is a caller
(`doors.py`).
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog

from busyhour.adapters.asterisk.access import PbxAccess
from busyhour.adapters.asterisk.ari import AriLink, LinkDown, NoReply
from busyhour.adapters.asterisk.dialplan import CAME_CONTEXT
from busyhour.adapters.asterisk.doors import Doors
from busyhour.adapters.asterisk.telephony_place import ENDPOINT
from busyhour.adapters.asterisk.translate import phone_of, sip_phone_of
from busyhour.service import records as r
from busyhour.service.background import once
from busyhour.service.errors import Invalid, Unavailable
from busyhour.service.ports import SipAccess

REJECT_CONTEXT: Final = "busyhour-reject"
BY_ADDRESS: Final = "ip"
BY_HEADER: Final = "header"
NOBODY: Final = BY_ADDRESS
"""Of a place that we only call: no address is told to belong to it, so no stranger's call is taken for its own. By name
(the default) anyone who writes it into a From header would be let in."""
QUALIFY_EVERY_S: Final = 15
QUALIFY_MAX_S: Final = 3
REGISTRATION_MAX_S: Final = 120
"""A browser registers again well within this; a vanished one is known to be gone after it at the latest."""
BROWSER_SILENCE_MAX_S: Final = 120
"""A browser always sends voice packets, muted or not; without any for so long, it has vanished."""
CARRIER_SILENCE_MAX_S: Final = 300
"""Longer, because a carrier may send nothing while nobody speaks."""
PUSHED_MAX: Final = 100_000

HOST: Final = re.compile(
    r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)
SIP_ADDRESS: Final = re.compile(rf"sips?:(?:[A-Za-z0-9._+*#-]{{1,64}}@)?{HOST.pattern}(?:;transport=(?:udp|tcp))?")
LOGIN: Final = re.compile(r"[A-Za-z0-9._+@-]{1,128}")

log = structlog.get_logger(__name__)

Fields = dict[str, str]
Key = tuple[str, str]  # object type, id


class AsteriskPhones:
    def __init__(
        self,
        access: PbxAccess,
        link: AriLink,
        on_gone: Callable[[int, int], None] = lambda _tenant, _agent_id: None,
    ) -> None:
        """`on_gone`: a phone's place was taken away; the PBX itself does not say so."""
        self._access = access
        self._link = link
        self._on_gone = on_gone
        self._wanted: dict[Key, Fields] = {}  # in the order in which they must be pushed
        self._there: set[Key] = set()  # those that the PBX has, as of `_boot`
        self._unwanted: set[Key] = set()  # withdrawn while the PBX was away
        self._boot = ""
        self._expiries: dict[str, asyncio.Task[None]] = {}
        self._doors = Doors(self._push_identity)

    # The port

    async def admit(self, tenant: int, agent_id: int, lifetime_s: float) -> SipAccess:
        name, secret = phone_of(tenant, agent_id), secrets.token_urlsafe(24)
        await self._withdraw(sip_phone_of(tenant, agent_id))
        await self._push("auth", name, self._auth(name, secret))
        await self._push("aor", name, browser_aor())
        await self._push("endpoint", name, browser_endpoint(name) | self._media())
        self._expire_later(name, lifetime_s)
        return SipAccess(user=name, secret=secret, realm=self._access.realm, expires_utc_s=time.time() + lifetime_s)

    def user_of(self, tenant: int, agent_id: int) -> str:
        return phone_of(tenant, agent_id)

    async def dismiss(self, tenant: int, agent_id: int) -> None:
        name = phone_of(tenant, agent_id)
        if (expiry := self._expiries.pop(name, None)) is not None:
            expiry.cancel()
        if ("endpoint", name) in self._wanted:
            await self._withdraw(name)
            self._on_gone(tenant, agent_id)

    async def set_phone(self, tenant: int, agent_id: int, sip_address: str) -> None:
        """A SIP phone at a fixed address; it needs no secret, because we only ever call it."""
        if not SIP_ADDRESS.fullmatch(sip_address):
            raise Invalid(f"Not a SIP address: {sip_address!r}. Example: sip:201@192.0.2.7:5060", field="sip_address")
        name = sip_phone_of(
            tenant, agent_id
        )  # another place than the browser's: an agent may change from one to the other
        if ("endpoint", name) not in self._there:
            await self._withdraw(phone_of(tenant, agent_id))
        await self._push("aor", name, fixed_aor(sip_address, watched=True))
        await self._push("endpoint", name, sip_endpoint(name) | self._media())

    async def set_trunk(self, tenant: int, trunk: r.TrunkRow, password: str | None) -> None:
        assert ENDPOINT.fullmatch(trunk.endpoint), trunk.endpoint
        assert trunk.endpoint.startswith(f"t{tenant}-"), trunk.endpoint
        name, login, host = self._access.secret_name(trunk.endpoint), trunk.login, trunk.host
        if trunk.demo:
            login, password, host = self._access.demo_user, self._access.demo_password, self._own_address()
        contact = trunk_contact(host)
        if login and not LOGIN.fullmatch(login):
            raise Invalid("The trunk's login may hold letters, digits and . _ + @ - only.", field="login")
        with_auth = bool(login and password)
        if login and password:
            await self._push("auth", name, self._auth(login, password, ours=False))
        await self._push("aor", name, fixed_aor(contact, watched=False))
        endpoint = trunk_endpoint(name, with_auth=with_auth, tenant=tenant, demo=trunk.demo)
        await self._push("endpoint", name, endpoint | self._media())
        await self._doors.open(trunk.endpoint, place=name, host=host, demo=trunk.demo)

    def _media(self) -> Fields:
        """Without these, a place's media ports listen on all addresses, wherever SIP does."""
        bound = self._access.media_bind
        return {"media_address": bound, "bind_rtp_to_media_address": "yes"} if bound else {}

    def _own_address(self) -> str:
        """The demo carrier is this PBX itself, over real SIP."""
        host = self._access.sip_host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "127.0.0.1"
        return f"[{host}]:{self._access.sip_port}" if ":" in host else f"{host}:{self._access.sip_port}"

    async def drop_trunk(self, tenant: int, trunk_id: int) -> None:
        await self._doors.close(f"t{tenant}-{trunk_id}")
        await self._withdraw(self._access.secret_name(f"t{tenant}-{trunk_id}"))

    def close(self) -> None:
        self._doors.end()
        for expiry in self._expiries.values():
            expiry.cancel()

    def _expire_later(self, name: str, lifetime_s: float) -> None:
        if (earlier := self._expiries.pop(name, None)) is not None:
            earlier.cancel()
        self._expiries[name] = once("phone-secret-expires", self._expire(name, lifetime_s))

    async def _expire(self, name: str, lifetime_s: float) -> None:
        """From then on nobody knows the secret. A phone that is registered stays so until it would register again."""
        await asyncio.sleep(lifetime_s)
        await self._push("auth", name, self._auth(name, secrets.token_urlsafe(24)))
        self._expiries.pop(name, None)

    async def replay(self, boot: str) -> None:
        """Bring the PBX to what is wanted: all of it after its restart, else what failed while it was away.
        Raises `LinkDown`, `NoReply`."""
        if boot != self._boot:
            self._boot = boot
            self._there.clear()
            self._unwanted.clear()
        for kind, name in tuple(self._unwanted):
            await self._delete(kind, name)
        for (kind, name), fields in tuple(self._wanted.items()):
            if (kind, name) not in self._there:
                with suppress(Unavailable):  # told in the log; one phone that is refused must not keep all calls away
                    await self._put(kind, name, fields)

    # Pushing

    async def _push(self, kind: str, name: str, fields: Fields) -> None:
        """Remembered first: when the PBX is away now, `replay` brings it."""
        key = (kind, name)
        if self._wanted.get(key) == fields and key in self._there:
            return
        assert len(self._wanted) < PUSHED_MAX
        self._wanted[key] = fields
        self._unwanted.discard(key)
        self._there.discard(key)
        with suppress(LinkDown, NoReply):
            await self._put(kind, name, fields)

    async def _put(self, kind: str, name: str, fields: Fields) -> None:
        if kind == "aor" and "contact" in fields:
            await self._let_go_of_contacts(name, but=fields["contact"])
        body = {"fields": [{"attribute": attribute, "value": value} for attribute, value in fields.items()]}
        reply = await self._link.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body=body)
        if not reply.ok:
            # The body of the answer may repeat what we sent, so it is not logged.
            log.error("the PBX refused a configuration", kind=kind, name=name, status=reply.status)
            raise Unavailable(f"The PBX refused the configuration of {name}. See its log.")
        self._there.add((kind, name))

    async def _let_go_of_contacts(self, name: str, *, but: str) -> None:
        """Asterisk adds a pushed contact to those that the place has, and goes on calling the old one."""
        path = f"asterisk/config/dynamic/res_pjsip/aor/{name}"
        reply = await self._link.ask("GET", path)
        had = reply.read(list[dict[str, str]]) if reply.ok else []
        if {field["value"] for field in had if field["attribute"] == "contact"} - {"", but}:
            await self._link.ask("DELETE", path)

    async def _push_identity(self, name: str, fields: Fields) -> None:
        """By which a trunk's own calls are known; none = they are not. Taken away first: Asterisk adds a pushed address
        to those that it has."""
        await self._withdraw(name, kinds=("identify",))
        if fields:
            with suppress(Unavailable):  # said so already; calls out do not need it
                await self._push("identify", name, fields)

    async def _withdraw(self, name: str, *, kinds: Sequence[str] = ("endpoint", "aor", "auth")) -> None:
        """Endpoint first: nothing may come in by a half-removed place. What is not known here may still be there: an
        engine before us may have pushed it."""
        for kind in kinds:
            self._wanted.pop((kind, name), None)
            self._there.discard((kind, name))
            self._unwanted.add((kind, name))
            with suppress(LinkDown, NoReply):
                await self._delete(kind, name)

    async def _delete(self, kind: str, name: str) -> None:
        await self._link.ask("DELETE", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}")
        self._unwanted.discard((kind, name))

    def _auth(self, user: str, secret: str, *, ours: bool = True) -> Fields:
        fields = {"auth_type": "userpass", "username": user, "password": secret}
        return fields | {"realm": self._access.realm} if ours else fields


def browser_aor() -> Fields:
    return {
        "max_contacts": "1",
        "remove_existing": "yes",  # a new tab takes over from an old one
        "default_expiration": "60",
        "minimum_expiration": "30",
        "maximum_expiration": str(REGISTRATION_MAX_S),
        "support_path": "no",
    }


def fixed_aor(contact: str, *, watched: bool) -> Fields:
    """A watched one is asked by OPTIONS whether it is there. An agent's phone is: it must be known to be away. A
    carrier is not: Asterisk refuses all calls to a contact that has not answered, and carriers need not answer."""
    every_s = QUALIFY_EVERY_S if watched else 0
    return {"contact": contact, "qualify_frequency": str(every_s), "qualify_timeout": str(float(QUALIFY_MAX_S))}


def _endpoint(name: str) -> Fields:
    """What all places have in common: media through the PBX, voice only, and no way to dial."""
    return {
        "context": REJECT_CONTEXT,
        "aors": name,
        "disallow": "all",
        "direct_media": "no",
        "dtmf_mode": "rfc4733",
        "rtp_symmetric": "yes",
        "force_rport": "yes",
        "rewrite_contact": "yes",
        "allow_subscribe": "no",
        "allow_transfer": "no",
        "send_connected_line": "no",
    }


def browser_endpoint(name: str) -> Fields:
    return _endpoint(name) | {
        "auth": name,
        "webrtc": "yes",
        "dtls_auto_generate_cert": "yes",
        "allow": "opus,ulaw",
        "max_audio_streams": "1",
        "max_video_streams": "0",
        "device_state_busy_at": "1",
        "rtp_timeout": str(BROWSER_SILENCE_MAX_S),
    }


def sip_endpoint(name: str) -> Fields:
    return _endpoint(name) | {"allow": "ulaw,alaw,opus", "device_state_busy_at": "1", "identify_by": NOBODY}


def trunk_endpoint(name: str, *, with_auth: bool, tenant: int, demo: bool = False) -> Fields:
    fields = _endpoint(name) | {
        "context": CAME_CONTEXT,
        "accountcode": str(tenant),  # whose callers they are, in the dialplan
        "allow": "ulaw,alaw",
        "identify_by": BY_HEADER if demo else BY_ADDRESS,
        "trust_id_inbound": "yes",  # the caller's number is what the carrier vouches for
        "rewrite_contact": "no",
        "rtp_timeout": str(CARRIER_SILENCE_MAX_S),
        "timers": "no",  # the engine ends calls; a session timer would only add traffic at high rates
        "send_pai": "yes",  # the caller id, for carriers that do not take it from the From header
        "trust_id_outbound": "yes",
    }
    # Named in any case: a push leaves what it does not name as it was.
    return fields | {"outbound_auth": name if with_auth else ""}


def trunk_contact(host: str) -> str:
    found = HOST.fullmatch(host)
    if found is None or not 0 < int(found["port"] or 5060) < 65_536:
        raise Invalid(f"Not a host or host:port: {host!r}. Example: sip.example.net:5060", field="host")
    return f"sip:{host}"
