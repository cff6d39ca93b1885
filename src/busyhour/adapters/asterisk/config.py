"""Writes everything that the private PBX is configured by, with least privilege, under `DATA/pbx`.

ARI and AMI listen on loopback only, their passwords are random and made once; no anonymous endpoint; modules that are
not used are not loaded. The texts are in `templates/`, where `@{name}` stands for a value.

The PBX's own record of channels (`cel_file`) has one line an event: event type (CHAN_START, ANSWER, HANGUP, and CAME
for a caller), UTC epoch seconds with microseconds, channel id, channel name, and a JSON text that names
the `hangupcause` on HANGUP, and who called whom on CAME. It is cut by `private.py` at a size; the older part is
`<name>.1`.
"""

import hashlib
import ipaddress
import json
import os
import re
import resource
import secrets
import string
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from busyhour.adapters.asterisk import config_modules, listening
from busyhour.adapters.asterisk.access import ARI_APP, PbxAccess, recorder_password
from busyhour.adapters.asterisk.demo import DEMO_USER
from busyhour.adapters.asterisk.dialplan import DIALABLE, NOTED, PARKED, TAKE_TRIES_MAX, UNANSWERED_MAX_S, sent_headers
from busyhour.adapters.asterisk.folders import Folders
from busyhour.adapters.asterisk.install import PbxProgram
from busyhour.adapters.asterisk.music import CLASSES_FILE
from busyhour.adapters.asterisk.translate import NAME_MAX
from busyhour.service.errors import Invalid
from busyhour.service.system_user import SystemUser
from busyhour.settings import Settings

REALM = "busyhour"
CEL_NAME = "busyhour.csv"
OPEN_FILES_MAX = 65_536
"""Each call needs four for its voice; the system's default would end at about 200 calls."""
RESTART_FILES = ("asterisk.conf", "modules.conf", "http.conf", "pjsip.conf", "sorcery.conf", "rtp.conf", "manager.conf")
"""A change of these is taken up by a new start only; of all others by a reload."""
TEMPLATES = (
    *RESTART_FILES,
    *("ari.conf", "extensions.conf", "cel.conf", "cel_custom.conf", "cdr.conf", "logger.conf"),
    *("musiconhold.conf", "indications.conf", "pjproject.conf"),
)
EMPTY_FILES = ("acl", "amd", "ccss", "features", "stasis", "udptl", "websocket_client")
"""Asterisk complains when these are missing; the defaults are meant."""


class _Template(string.Template):
    """`$` belongs to the dialplan."""

    delimiter = "@"


def sounds_folder(settings: Settings) -> Path:
    """Where a voice for the private PBX must write to; the same as `PbxAccess.sounds`, known before it runs."""
    return folders_of(settings).sounds


def folders_of(settings: Settings) -> Folders:
    return Folders(settings.data.resolve() / "pbx")


@dataclass(frozen=True, slots=True)
class Written:
    """What a round of writing made: stamps that tell whether a running PBX has this configuration."""

    access: PbxAccess
    restart_stamp: str
    reload_stamp: str


def write(settings: Settings, program: PbxProgram, *, demo: bool, user: SystemUser | None = None) -> Written:
    """`user`: who the PBX runs as, when not as we do."""
    folders = folders_of(settings)
    if re.search(r"[;\x00-\x1f\x7f\\\"]", str(folders.base)):
        raise Invalid(f"The data folder's name holds a character that Asterisk cannot read: {folders.base}")
    access = access_of(settings, demo=demo)
    folders.guard(user)
    _link_share(folders, program)
    texts = render(settings, program, folders, access)
    for name, text in texts.items():
        _write_private(folders.etc / name, text, reader=user)
    return Written(
        access=access,
        restart_stamp=_restart_stamp(texts, program),
        reload_stamp=_stamp(texts),
    )


def restart_stamp(settings: Settings, program: PbxProgram, *, demo: bool) -> str:
    """What `write` would answer; nothing is written."""
    access = access_of(settings, demo=demo)
    return _restart_stamp(render(settings, program, folders_of(settings), access), program)


def access_of(settings: Settings, *, demo: bool) -> PbxAccess:
    """How the private PBX of these settings is reached, also before it runs."""
    folders = folders_of(settings)
    folders.make()
    return _access(settings, folders, _passwords(folders.base / "secrets.json"), demo=demo)


def render(settings: Settings, program: PbxProgram, folders: Folders, access: PbxAccess) -> dict[str, str]:
    """File name to text. The demo carrier is there when the access has a name for it."""
    values = {
        **{name: str(getattr(folders, name)) for name in ("etc", "log", "run", "share", "state", "spool")},
        "moh": str(folders.music),
        "music_classes": str(folders.share / CLASSES_FILE),
        "modules": str(program.modules),
        "loads": "\n".join(f"load = {name}.so" for name in modules_of(program)),
        "open_files_max": str(_open_files()),
        "app": ARI_APP,
        "take_tries_max": str(TAKE_TRIES_MAX),
        "unanswered_max_s": str(UNANSWERED_MAX_S),
        "sent_headers": sent_headers(),
        "note_caller": note_step(program),
        "listen": listen_step(program),
        "listen_asked": listening.ASKED,
        "listen_found": listening.FOUND,
        "parked": PARKED,
        "realm": REALM,
        "cel_name": CEL_NAME,
        "http_port": str(settings.pbx_http_port),
        "ami_port": str(settings.pbx_ami_port),
        "ari_user": access.ari_user,
        "ari_password": access.ari_password,
        "ami_user": access.ami_user,
        "ami_password": access.ami_password,
        "recorder_password": recorder_password(access.ami_password),
        "sip_bind": f"{_bracketed(_bind_address(settings))}:{settings.pbx_sip_port}",
        "external": _external(settings),
        "media": _media(access.media_bind),
        "rtp_from": str(settings.pbx_rtp_from),
        "rtp_until": str(settings.pbx_rtp_until),
        "demo_user": access.demo_user,
        "demo_password": access.demo_password,
    }
    demo = bool(access.demo_user)
    values["identifiers"] = "auth_username,username,header,ip" if demo else "auth_username,username,ip"
    values["demo_endpoint"] = _filled("demo_pjsip.conf", values) if demo else ""
    values["demo_dialplan"] = _filled("demo_extensions.conf", values) if demo else ""
    texts = {name: _filled(name, values) for name in TEMPLATES}
    return texts | {f"{name}.conf": "" for name in EMPTY_FILES}


def listen_step(program: PbxProgram) -> str:
    """Without the detector everybody counts as a person; an application that is not there would end the call."""
    if (program.modules / "app_amd.so").exists():
        return f"{listening.APPLICATION}(${{{listening.ASKED}}})"
    return "NoOp(no detector)"


def note_step(program: PbxProgram) -> str:
    """Nothing that a caller can choose gets into the record but digits, letters and what URIs escape."""
    if not all((program.modules / f"{name}.so").exists() for name in ("app_celgenuserevent", "func_uri")):
        return "NoOp(callers are not noted)"
    came = f"${{CHANNEL(accountcode)}}/${{FILTER({DIALABLE},${{CALLERID(num)}})}}/${{FILTER({DIALABLE},${{EXTEN}})}}"
    return f"CELGenUserEvent({NOTED},${{URIENCODE(${{CALLERID(name):0:{NAME_MAX}}})}}/{came})"


def _filled(name: str, values: dict[str, str]) -> str:
    source = resources.files("busyhour.adapters.asterisk") / "templates" / name
    return _Template(source.read_text()).substitute(values)


def modules_of(program: PbxProgram) -> list[str]:
    return [name for name in config_modules.WANTED if (program.modules / f"{name}.so").exists()]


def _access(settings: Settings, folders: Folders, passwords: dict[str, str], *, demo: bool) -> PbxAccess:
    http = f"127.0.0.1:{settings.pbx_http_port}"
    return PbxAccess(
        ari_url=f"http://{http}/ari",
        ari_user="busyhour",
        ari_password=passwords["ari"],
        ami_host="127.0.0.1",
        ami_port=settings.pbx_ami_port,
        ami_user="busyhour",
        ami_password=passwords["ami"],
        ws_url=f"ws://{http}/ws",
        sip_host=_dialable(settings.pbx_bind),
        media_bind=media_bind(settings),
        sip_port=settings.pbx_sip_port,
        realm=REALM,
        cel_file=folders.log / "cel-custom" / CEL_NAME,
        sounds=folders.sounds,
        demo_user=DEMO_USER if demo else "",
        demo_password=passwords["demo"] if demo else "",
    )


def _dialable(bound: str) -> str:
    """Where a listener on all addresses is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound)  # noqa: S104


def media_bind(settings: Settings) -> str:
    """Asterisk binds media to all addresses, wherever SIP listens, unless each place says otherwise. Only loopback is
    said: on a machine with several addresses, a carrier and a browser may reach it by different ones."""
    address = _bind_address(settings)
    return str(address) if address.is_loopback else ""


def _passwords(file: Path) -> dict[str, str]:
    """Made once, so that an engine can adopt a PBX that an earlier one started."""
    wanted = ("ari", "ami", "demo")
    if file.exists():
        kept = json.loads(file.read_text())
        if all(isinstance(kept.get(name), str) and len(kept[name]) >= 24 for name in wanted):
            return {name: kept[name] for name in wanted}
    made = {name: secrets.token_hex(24) for name in wanted}
    _write_private(file, json.dumps(made))
    return made


def _write_private(file: Path, text: str, *, reader: SystemUser | None = None) -> None:
    """Whole or not at all; for our eyes only, and those of the reader's group."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)
    fresh.write_text(text)
    if reader is not None:
        os.chown(fresh, -1, reader.gid)
        fresh.chmod(0o640)
    fresh.replace(file)


def _link_share(folders: Folders, program: PbxProgram) -> None:
    """The program's documentation (its option tables are read from it) and voice prompts, beside our own sounds."""
    _link(folders.share / "documentation", program.share / "documentation")
    _link(folders.share / "rest-api", program.share / "rest-api")
    spoken = program.share / "sounds" / "en_US_f_Allison"
    _link(folders.sounds / "en", spoken if spoken.is_dir() else program.share / "sounds" / "en")


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)


def _external(settings: Settings) -> str:
    address = settings.pbx_external_address
    if not address:
        return ""
    if not re.fullmatch(r"[0-9A-Za-z.:-]+", address):
        raise Invalid(f"BUSYHOUR_PBX_EXTERNAL_ADDRESS is no host name or address: {address!r}")
    private = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    lines = [f"external_media_address = {address}", f"external_signaling_address = {address}"]
    return "\n".join(lines + [f"local_net = {net}" for net in private])


def _media(bound: str) -> str:
    return f"media_address = {bound}\nbind_rtp_to_media_address = yes" if bound else ""


def _bind_address(settings: Settings) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    text = settings.pbx_bind
    if re.fullmatch(r"[0-9A-Fa-f.:]+", text):
        with suppress(ValueError):
            return ipaddress.ip_address(text)
    raise Invalid(f"BUSYHOUR_PBX_BIND is no address: {text!r}. Example: 127.0.0.1")


def _bracketed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)


def _open_files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)


def _restart_stamp(texts: dict[str, str], program: PbxProgram) -> str:
    return _stamp({name: texts[name] for name in RESTART_FILES} | {"program": " ".join(program.argv)})


def _stamp(texts: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
