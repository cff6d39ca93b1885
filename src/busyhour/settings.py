"""Everything that can be set, with unit, default and limit.

From the environment (`BUSYHOUR_...`), or from `busyhour.toml` in the data folder; the environment wins.
"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """One instance is made at start and handed to whoever needs a part of it."""

    model_config = SettingsConfigDict(env_prefix="BUSYHOUR_", extra="forbid")

    data: Path = Path(".busyhour")
    """Folder for the private database, the private PBX, prompts, logs and secrets."""

    # The web page and the API
    host: str = "127.0.0.1"
    port: Port = 8480
    tls_cert: Path | None = None
    tls_key: Path | None = None
    session_hours: float = Field(12.0, gt=0, le=24 * 30)
    upload_bytes_max: int = Field(256 * 1024 * 1024, gt=0)

    # The database
    database_url: str | None = None
    """postgresql://user:password@host:port/name of a server of yours; None = a private one in the data folder."""

    # The PBX
    pbx_bind: str = "127.0.0.1"
    """Address that SIP and media of the private PBX listen on; agents on other machines need one they can reach."""
    pbx_sip_port: Port = 5160
    pbx_http_port: Port = 8488
    pbx_ami_port: Port = 5138
    pbx_ari_url: str | None = Field(None, pattern="^https?://[^/]+/ari$")
    """Where the engine finds the PBX's ARI; None = where it is. For something in between, such as a fault proxy."""
    pbx_rtp_from: Port = 20000
    pbx_rtp_until: Port = 24000
    pbx_external_address: str | None = None
    pbx_mirror: str | None = None
    """Address of a Debian mirror to fetch Asterisk from; None = the one that this machine's apt uses."""
    pbx_program: Path | None = None
    """An `asterisk` (18 or newer) to use; None = the one on the path, else one fetched into the data folder."""
    sip_secret_minutes: float = Field(10.0, gt=0, le=60)

    # The dialer
    engine_queue_max: int = Field(100_000, gt=0)
    """Events that may wait for the engine; beyond it the PBX link is treated as lost and looked at anew."""

    recording_free_bytes_min: int = Field(2 * 1024**3, ge=0)
    """With less room on the disk of the data folder nothing new is recorded. An hour of talk takes 115 MB."""

    # Programs made for OpenSIPS (docs/guide/moving-from-opensips.md)
    mi_http: bool = False
    """Serve the management interface at /mi of the page's address."""
    mi_tenant: int | None = Field(None, ge=1)
    """Whose contact center the three ways without a password are for."""
    mi_fifo: Path | None = None
    mi_udp_port: Port = 0
    """On this machine only; 0 = closed."""
    mi_unix_socket: Path | None = None
    mi_reply_folder: Path = Path("/tmp")  # noqa: S108 (where such programs make the FIFO for the answer)
    """Folder of the FIFOs for answers, and of sockets that events may go to."""
    mi_event_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Events may go there beside this machine and whoever asks for them; as `["192.0.2.0/24"]`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        import os

        folder = Path(os.environ.get("BUSYHOUR_DATA", ".busyhour"))
        toml = TomlConfigSettingsSource(settings_cls, folder / "busyhour.toml")
        return init_settings, env_settings, toml
