"""The access to a PBX that is not there, for tests of what needs to know one."""

from pathlib import Path

from busyhour.adapters.asterisk.access import PbxAccess

NO_PBX = PbxAccess(
    ari_url="http://127.0.0.1:1/ari",
    ari_user="u",
    ari_password="p",
    ami_host="127.0.0.1",
    ami_port=1,
    ami_user="u",
    ami_password="p",
    ws_url="ws://127.0.0.1:1/ws",
    sip_host="127.0.0.1",
    sip_port=1,
    realm="busyhour",
    cel_file=Path("cel"),
    sounds=Path("sounds"),
)
