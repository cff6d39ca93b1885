"""What is pushed for agents and trunks, and what of a user's input is taken."""

import pytest

from busyhour.adapters.asterisk import phones
from busyhour.adapters.asterisk.phones import SIP_ADDRESS, trunk_contact
from busyhour.service.errors import Invalid

PLACES = {
    "browser": phones.browser_endpoint("g1-1"),
    "sip": phones.sip_endpoint("s1-1"),
    "trunk": phones.trunk_endpoint("t1-1", with_auth=True, tenant=1),
}


@pytest.mark.parametrize("name", PLACES)
def test_no_place_can_dial_or_transfer(name: str) -> None:
    assert PLACES[name]["context"] == ("busyhour-came" if name == "trunk" else "busyhour-reject")
    assert PLACES[name]["allow_transfer"] == "no"
    assert PLACES[name]["direct_media"] == "no"
    assert PLACES[name]["disallow"] == "all"


def test_a_browser_needs_its_secret_and_speaks_webrtc() -> None:
    assert PLACES["browser"]["auth"] == "g1-1"
    assert PLACES["browser"]["webrtc"] == "yes"
    assert phones.browser_aor()["max_contacts"] == "1"
    assert phones.browser_aor()["remove_existing"] == "yes"


def test_a_trunk_only_answers_challenges() -> None:
    assert "auth" not in PLACES["trunk"]
    assert PLACES["trunk"]["outbound_auth"] == "t1-1"
    assert phones.trunk_endpoint("t1-1", with_auth=False, tenant=1)["outbound_auth"] == ""


def test_what_comes_in_over_a_trunk_is_its_tenants_caller() -> None:
    assert phones.trunk_endpoint("t7-1", with_auth=False, tenant=7)["accountcode"] == "7"


@pytest.mark.parametrize("host", ["sip.example.net", "192.0.2.1:5070", "[2001:db8::1]:5060", "h"])
def test_hosts(host: str) -> None:
    assert trunk_contact(host) == f"sip:{host}"


@pytest.mark.parametrize(
    "host", ["", "a b", "h:0", "h:70000", "h;lr", "user@h", "h\r\nX: y", "-h", "h,sip:evil", "sip:h", "h:5060:1", "h/"]
)
def test_what_is_no_host_gets_a_clear_error(host: str) -> None:
    with pytest.raises(Invalid) as refused:
        trunk_contact(host)
    assert (refused.value.field, "Example" in refused.value.text) == ("host", True)


@pytest.mark.parametrize("address", ["sip:201@192.0.2.7:5060", "sips:a@h", "sip:192.0.2.7", "sip:a@h;transport=tcp"])
def test_sip_addresses(address: str) -> None:
    assert SIP_ADDRESS.fullmatch(address)


@pytest.mark.parametrize(
    "address", ["201@h", "sip:", "sip:a@h,sip:b@h", "sip:a@h;x=y", "sip:a b@h", "tel:+49", "sip:a@h\n"]
)
def test_what_is_no_sip_address(address: str) -> None:
    assert not SIP_ADDRESS.fullmatch(address)
