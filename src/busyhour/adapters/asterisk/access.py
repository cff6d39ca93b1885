"""How to reach a PBX: all addresses and secrets in one value, handed to whoever talks to it.

Never logged and never sent to a browser as a whole: `repr` leaves the passwords out.
"""

import hmac
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ARI_APP = "busyhour"
"""Our Stasis application; the dialplan of the private PBX sends our channels to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxAccess:
    ari_url: str  # http://127.0.0.1:8488/ari, without a slash at its end
    ari_user: str
    ari_password: str = field(repr=False)
    ami_host: str
    ami_port: int
    ami_user: str
    ami_password: str = field(repr=False)
    ws_url: str  # SIP over WebSocket: ws://127.0.0.1:8488/ws
    sip_host: str  # where the PBX listens for SIP (UDP and TCP) and sends media from
    sip_port: int
    realm: str
    cel_file: Path  # the PBX's own record of channels, see `config.py` for its columns
    sounds: Path  # prompt `busyhour/x` is the file `sounds/busyhour/x.wav`
    media_bind: str = ""  # loopback, when media may be nowhere else; empty = all of the machine's addresses
    app: str = ARI_APP
    demo_user: str = ""  # the demo trunk shows these to sip_host:sip_port over UDP; empty = there is no demo carrier
    demo_password: str = field(default="", repr=False)

    def secret_name(self, trunk: str) -> str:
        """Of a trunk's place on the PBX."""
        return secret_name(trunk, self.ari_password)

    def as_json(self) -> dict[str, Any]:
        """For people at a terminal and for tests. Holds the passwords."""
        return {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}


def recorder_password(ami_password: str) -> str:
    """Of the AMI user that may start and stop recorders; made from that of the one who only looks, which it is not
    told by."""
    return hmac.new(ami_password.encode(), b"recorder", "sha256").hexdigest()[:32]


def secret_name(trunk: str, ari_password: str) -> str:
    """What nobody can guess: a carrier (or a phone) may answer a call with a redirection to anywhere, and Asterisk
    follows one to `PJSIP/<number>@<place>` too. It cannot be told not to, so no place with a way out has a name that is
    known outside."""
    return f"{trunk}-{hmac.new(ari_password.encode(), trunk.encode(), 'sha256').hexdigest()[:16]}"
