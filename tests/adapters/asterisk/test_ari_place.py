"""What an originate asks: digits from a grammar, variables without a way into the dialplan."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from busyhour.adapters.asterisk.access import secret_name
from busyhour.adapters.asterisk.telephony_place import call_request, caller_id, clean, dialed, leg_request
from busyhour.core.commands import PlaceCall, RingAgent
from busyhour.core.model.campaign import Trunk
from busyhour.core.model.pictures import HopperItem
from busyhour.core.model.values import PhoneKind
from tests.adapters.asterisk.no_pbx import NO_PBX

SECRET = secret_name("t1-1", "p").removeprefix("t1-1-")
TRUNK = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)


def _call(**variables: str) -> PlaceCall:
    item = HopperItem(
        call="c1-00ff",
        member_id=1,
        contact_id=1,
        list_id=1,
        attempt_no=2,
        number="+4930123456",
        variables=variables,
    )
    return PlaceCall(
        item=item,
        run_id=1,
        campaign_id=1,
        trunk=TRUNK,
        caller_id="+4930999",
        ring_timeout_s=20.5,
        call_max_s=600.0,
        why="test",
        at_utc_s=0.0,
    )


@pytest.mark.parametrize(
    ("prefix", "strip_plus", "expected"),
    [("", True, "PJSIP/4930123456@t1-1"), ("0", True, "PJSIP/04930123456@t1-1"), ("", False, "PJSIP/+4930123456@t1-1")],
)
def test_the_dial_string_is_prefix_and_digits(prefix: str, strip_plus: bool, expected: str) -> None:
    trunk = msgspec.structs.replace(TRUNK, prefix=prefix, strip_plus=strip_plus)
    assert dialed(NO_PBX, "+4930123456", trunk) == f"{expected}-{SECRET}"


def test_the_name_of_a_trunks_place_is_its_own_and_this_pbxs_own() -> None:
    names = {secret_name("t1-1", "p"), secret_name("t1-2", "p"), secret_name("t1-1", "q")}
    assert len(names) == 3
    assert all(len(name) == len("t1-1-") + 16 for name in names)


@pytest.mark.parametrize("number", ["", "+", "4930x", "1@evil", "1/2", "1&PJSIP/2", "١٢٣", "1\r\nX: y", "+1 2"])
@pytest.mark.covers("I41")
def test_what_is_no_number_is_never_dialed(number: str) -> None:
    with pytest.raises(AssertionError):
        dialed(NO_PBX, number, TRUNK)


def test_an_endpoint_is_a_name() -> None:
    with pytest.raises(AssertionError):
        dialed(NO_PBX, "+49", msgspec.structs.replace(TRUNK, endpoint="t1-1/sip:evil.example"))


@pytest.mark.covers("WD-078", "WD-080", "WD-261", "DEC-6")
def test_attributes_go_under_their_own_names_and_case() -> None:
    sent = call_request(NO_PBX, _call(user="ann", HH="1", orgQ="x y"))["variables"]
    assert (sent["user"], sent["HH"], sent["orgQ"]) == ("ann", "1", "x y")
    assert {sent[name] for name in ("WOMBAT_ID", "WOMBATID", "WOMBAT_HOPPER_ID", "BUSYHOUR_CALL")} == {"c1-00ff"}
    assert sent["WOMBAT_RETRY_NO"] == "1"


def test_names_that_would_act_are_left_out() -> None:
    evil = {"SHELL(x)": "1", "CHANNEL(language)": "1", "a b": "1", "EXTEN": "9", "__x": "1", "BUSYHOUR_CALL": "other"}
    sent = call_request(NO_PBX, _call(**evil))["variables"]
    assert set(sent) & set(evil) == {"__x", "BUSYHOUR_CALL"}
    assert sent["BUSYHOUR_CALL"] == "c1-00ff"


@given(st.text())
@pytest.mark.covers("I41")
def test_no_value_can_start_an_expression_or_a_line(text: str) -> None:
    assert not set(clean(text)) & set("${}\r\n\x00\x85\u2028")


@given(st.text())
@pytest.mark.covers("I41")
def test_no_caller_id_can_leave_its_header(text: str) -> None:
    shown = caller_id(text)
    assert not set(shown) & set("\r\n\x00${};@\\")
    assert shown.count("<") == shown.count(">") <= 1


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("+4930999", "+4930999"),
        ("Acme <4930999>", '"Acme" <4930999>'),
        ('"Acme & Co." <+4930999>', '"Acme & Co." <+4930999>'),
        ("Acme", ""),
        ("", ""),
    ],
)
@pytest.mark.covers("WD-107", "AD-026")
def test_caller_ids(given_: str, shown: str) -> None:
    assert caller_id(given_) == shown


def test_the_pbx_side_limits_come_after_the_cores_own() -> None:
    request = call_request(NO_PBX, _call())
    assert request["timeout"] == 23  # 20.5 s of ringing, 2 s of slack, rounded up
    assert request["variables"]["TIMEOUT(absolute)"] == "623"
    assert (request["channelId"], request["context"], request["extension"]) == ("c1-00ff", "busyhour", "call")


@pytest.mark.parametrize(("kind", "endpoint"), [(PhoneKind.BROWSER, "PJSIP/g1-7"), (PhoneKind.SIP, "PJSIP/s1-7")])
def test_an_agents_leg_goes_to_the_agents_own_endpoint(kind: PhoneKind, endpoint: str) -> None:
    command = RingAgent(
        agent_id=7, leg="a1-7-1-1", phone_kind=kind, sip_address="sip:x@h", caller_id="100", ring_timeout_s=10
    )
    request = leg_request(command)
    assert (request["endpoint"], request["channelId"], request["extension"]) == (endpoint, "a1-7-1-1", "agent")
    assert ("PJSIP_HEADER(add,X-Busyhour-Leg)" in request["variables"]) is (kind is PhoneKind.BROWSER)
