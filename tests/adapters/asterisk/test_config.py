"""What the generated configuration must always hold, whatever else changes in it."""

import configparser
import re
import stat
from pathlib import Path

import pytest

from busyhour.adapters.asterisk import config
from busyhour.adapters.asterisk.install import PbxProgram
from busyhour.service.errors import Invalid
from busyhour.settings import Settings

DANGEROUS_MODULES = re.compile(
    r"(app_system|func_shell|func_env|func_curl|res_curl|res_agi|app_externalivr|app_originate|pbx_spool|app_disa|"
    r"res_pjsip_endpoint_identifier_anonymous|res_pjsip_config_wizard|res_phoneprov|res_pjsip_refer|res_http_post|"
    r"app_voicemail|chan_iax2|res_xmpp|res_snmp|pbx_dundi|pbx_realtime|res_clioriginate)"
)


@pytest.fixture
def program(tmp_path: Path) -> PbxProgram:
    modules, share = tmp_path / "modules", tmp_path / "program-share"
    (share / "sounds/en_US_f_Allison").mkdir(parents=True)
    modules.mkdir()
    for name in (*config.config_modules.WANTED, "app_system", "func_shell"):
        (modules / f"{name}.so").touch()
    return PbxProgram(argv=("asterisk",), modules=modules, share=share, version="22.0.0")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def read(settings: Settings, name: str) -> configparser.ConfigParser:
    """Sections and options as Asterisk sees them; repeated names give their last value."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=(";",))
    text = (settings.data / "pbx/etc" / name).read_text()
    parser.read_string(text.replace("=>", "="))
    return parser


def write(settings: Settings, program: PbxProgram, *, demo: bool = False) -> config.Written:
    return config.write(settings, program, demo=demo)


@pytest.mark.parametrize("demo", [False, True])
def test_ari_and_ami_are_on_loopback_whatever_sip_listens_on(
    settings: Settings, program: PbxProgram, *, demo: bool
) -> None:
    write(settings.model_copy(update={"pbx_bind": "0.0.0.0"}), program, demo=demo)
    http = read(settings, "http.conf")["general"]
    assert (http["bindaddr"], http["enablestatic"], http["enable_status"]) == ("127.0.0.1", "no", "no")
    assert "tlsbindaddr" not in http
    manager = read(settings, "manager.conf")
    assert manager["general"]["bindaddr"] == "127.0.0.1"
    assert manager["general"]["webenabled"] == "no"
    assert read(settings, "pjsip.conf")["udp"]["bind"] == "0.0.0.0:5160"


def test_the_manager_user_can_only_look_on(settings: Settings, program: PbxProgram) -> None:
    write(settings, program)
    manager = read(settings, "manager.conf")
    users = [section for section in manager.sections() if section != "general"]
    assert users == ["busyhour", "busyhour-recorder"]
    user = manager["busyhour"]
    assert "write" not in user
    assert user["read"] == "system"  # a class to read grants no action of it
    assert user["eventfilter"] == "Event: (PeerStatus|ContactStatus)"
    assert user["deny"] == "0.0.0.0/0.0.0.0"
    assert user["permit"] == "127.0.0.1/255.255.255.255"


def test_the_user_for_recorders_hears_nothing_and_has_a_secret_of_its_own(
    settings: Settings, program: PbxProgram
) -> None:
    write(settings, program)
    manager = read(settings, "manager.conf")
    user = manager["busyhour-recorder"]
    assert (user["read"], user["write"]) == ("", "system,call")  # what Asterisk asks for to start and stop MixMonitor
    assert user["secret"] != manager["busyhour"]["secret"]
    assert (user["deny"], user["permit"]) == ("0.0.0.0/0.0.0.0", "127.0.0.1/255.255.255.255")


def test_nothing_dangerous_is_on(settings: Settings, program: PbxProgram) -> None:
    write(settings, program, demo=True)
    assert read(settings, "asterisk.conf")["options"]["live_dangerously"] == "no"
    modules = (settings.data / "pbx/etc/modules.conf").read_text()
    assert re.search(r"^autoload = no$", modules, re.MULTILINE)
    assert "load = chan_pjsip.so" in modules
    assert DANGEROUS_MODULES.findall(modules) == []
    # MixMonitor can run a program when it is told one. Only our recorders' user can tell it anything: no dialplan does.
    extensions = (settings.data / "pbx/etc/extensions.conf").read_text()
    assert "mixmonitor" not in extensions.lower()


@pytest.mark.parametrize("demo", [False, True])
def test_no_endpoint_is_anonymous(settings: Settings, program: PbxProgram, *, demo: bool) -> None:
    write(settings, program, demo=demo)
    pjsip = (settings.data / "pbx/etc/pjsip.conf").read_text()
    sections = re.split(r"^\[", re.sub(r";.*", "", pjsip), flags=re.MULTILINE)[1:]
    endpoints = [section for section in sections if re.search(r"^type = endpoint$", section, re.MULTILINE)]
    assert len(endpoints) == int(demo)
    assert all(re.search(r"^auth = ", section, re.MULTILINE) for section in endpoints)
    assert "anonymous" not in re.sub(r";.*", "", pjsip)
    order = "auth_username,username,header,ip" if demo else "auth_username,username,ip"
    assert read(settings, "pjsip.conf")["global"]["endpoint_identifier_order"] == order


def test_media_is_strict_and_within_its_ports(settings: Settings, program: PbxProgram) -> None:
    write(settings.model_copy(update={"pbx_rtp_from": 31000, "pbx_rtp_until": 31200}), program)
    rtp = read(settings, "rtp.conf")["general"]
    assert (rtp["strictrtp"], rtp["rtpstart"], rtp["rtpend"]) == ("yes", "31000", "31200")


@pytest.mark.parametrize(
    ("bind", "media"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("192.0.2.5", ""), ("0.0.0.0", ""), ("::", "")],
)
def test_media_is_on_loopback_when_sip_is(settings: Settings, program: PbxProgram, bind: str, media: str) -> None:
    asked = settings.model_copy(update={"pbx_bind": bind})
    access = write(asked, program, demo=True).access
    assert access.media_bind == media
    text = (settings.data / "pbx/etc/pjsip.conf").read_text()
    assert re.findall(r"^media_address = (.*)$", text, re.MULTILINE) == ([media] if media else [])
    assert text.count("bind_rtp_to_media_address = yes") == int(bool(media))


def test_passwords_are_random_made_once_and_for_our_eyes_only(
    settings: Settings, program: PbxProgram, tmp_path: Path
) -> None:
    first = write(settings, program).access
    again = write(settings, program).access
    elsewhere = write(Settings(data=tmp_path / "other"), program).access
    assert first.ari_password == again.ari_password
    passwords = {first.ari_password, first.ami_password, elsewhere.ari_password, elsewhere.ami_password}
    assert len(passwords) == 4
    assert all(len(password) >= 32 for password in passwords)
    base = settings.data / "pbx"
    assert stat.S_IMODE(base.stat().st_mode) == 0o700
    for file in (base / "secrets.json", *(base / "etc").iterdir()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert first.ari_password not in repr(first)
    assert first.ami_password not in repr(first)


def test_a_broken_secrets_file_is_made_anew(settings: Settings, program: PbxProgram) -> None:
    before = write(settings, program).access
    (settings.data / "pbx/secrets.json").write_text('{"ari": "short"}')
    after = write(settings, program).access
    assert len(after.ari_password) >= 32
    assert after.ari_password != before.ari_password


def test_without_a_demo_there_is_no_demo_carrier(settings: Settings, program: PbxProgram) -> None:
    access = write(settings, program).access
    assert (access.demo_user, access.demo_password) == ("", "")
    texts = [file.read_text() for file in (settings.data / "pbx/etc").iterdir()]
    assert not any("demo-" in text for text in texts)


def test_every_template_is_filled(settings: Settings, program: PbxProgram) -> None:
    write(settings, program, demo=True)
    assert [file.name for file in (settings.data / "pbx/etc").iterdir() if "@{" in file.read_text()] == []


def test_an_answered_call_without_engine_ends_with_the_farewell(settings: Settings, program: PbxProgram) -> None:
    write(settings, program)
    steps = (settings.data / "pbx/etc/extensions.conf").read_text()
    call = steps[steps.index("exten => call") : steps.index("exten => agent")]
    assert [
        found for found in ("Stasis(busyhour,call)", "Playback(busyhour/farewell)", "Hangup()") if found in call
    ] == [
        "Stasis(busyhour,call)",
        "Playback(busyhour/farewell)",
        "Hangup()",
    ]


@pytest.mark.parametrize(("extension", "mark"), [("call", "BUSYHOUR_CALL"), ("agent", "BUSYHOUR_LEG")])
def test_only_a_channel_with_our_mark_gets_to_the_application(
    settings: Settings, program: PbxProgram, extension: str, mark: str
) -> None:
    write(settings, program)
    steps = (settings.data / "pbx/etc/extensions.conf").read_text()
    first = f'exten => {extension},1,GotoIf($["${{{mark}}}" = ""]?refused)\n'
    assert first in steps
    then = steps[steps.index(first) :]
    assert f",Stasis(busyhour,{extension})\n" in then
    assert "same => n(refused),Hangup(21)\n" in then


def test_stamps_tell_a_reload_from_a_restart(settings: Settings, program: PbxProgram) -> None:
    plain = write(settings, program)
    same = write(settings, program)
    moved = write(settings.model_copy(update={"pbx_sip_port": 5999}), program)
    assert plain == same
    assert moved.restart_stamp != plain.restart_stamp


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pbx_bind", "0.0.0.0:5060\n[evil]"),
        ("pbx_bind", "localhost"),
        ("pbx_bind", "127.0.0"),
        ("pbx_bind", "fe80::1%x"),
        ("pbx_external_address", "1.2.3.4\nx=y"),
        ("pbx_external_address", "a;b"),
    ],
)
def test_an_address_that_would_write_more_than_itself_is_refused(
    settings: Settings, program: PbxProgram, name: str, value: str
) -> None:
    with pytest.raises(Invalid, match=f"BUSYHOUR_{name.upper()}"):
        write(settings.model_copy(update={name: value}), program)


def test_a_data_folder_that_asterisk_cannot_read_is_refused(tmp_path: Path, program: PbxProgram) -> None:
    with pytest.raises(Invalid, match="data folder"):
        write(Settings(data=tmp_path / "a;b"), program)


def test_a_module_that_this_asterisk_lacks_is_left_out(settings: Settings, program: PbxProgram) -> None:
    (program.modules / "codec_opus.so").unlink()
    write(settings, program)
    assert "codec_opus.so" not in (settings.data / "pbx/etc/modules.conf").read_text()
