"""Numbers: what is read, what is refused and why, and that the short way answers as the library does."""

from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType, timezone

from busyhour.core.dialer.hours import NOWHERE
from busyhour.service.errors import Invalid
from busyhour.service.numbers import PLUS_DIGITS, Number, Numbers, Refused, number_in, zones_of_region

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize(
    ("region", "text", "number"),
    [
        ("DE", "030 901820", "+4930901820"),
        ("DE", "(030) 9018-20", "+4930901820"),
        ("DE", "+49 30 901820", "+4930901820"),
        ("DE", "0049 30 901820", "+4930901820"),
        ("DE", "+1 212 555 0123", "+12125550123"),
        ("US", "(212) 555-0123", "+12125550123"),
        ("US", "1-212-555-0123", "+12125550123"),
        ("US", "2132458767", "+12132458767"),
        ("IT", "06 6982", "+39066982"),
        ("AR", "011 15 2345 6789", "+5491123456789"),
        ("US", "\N{FULLWIDTH PLUS SIGN}49 30 901820", "+4930901820"),
        ("US", "+800 1234 5678", "+80012345678"),
    ],
)
def test_numbers_are_read_as_a_person_of_the_country_writes_them(region: str, text: str, number: str) -> None:
    found = Numbers(region).read(text)
    assert isinstance(found, Number)
    assert found.text == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("1-800-FLOWERS", "letters"),
        ("030 12x345", "letters"),
        ("030 901820 ext. 5", "letters"),
        ("+++", "no digits"),
        ("12", "too short"),
        ("5550123", "area code"),
        ("212 555 0123 4567 89012345", "too long"),
        ("+999 123 456 789", "country code"),
        ("+1 111 111 1111", "+1"),
        ("2" * 100, "longer than"),
        ("2125550123;77", "extension"),
    ],
)
def test_what_cannot_be_dialed_has_a_reason(text: str, reason: str) -> None:
    found = Numbers("US").read(text)
    assert isinstance(found, Refused), found
    assert reason in found.reason


def test_short_numbers_are_kept_only_when_asked_for() -> None:
    assert isinstance(Numbers("US").read("500"), Refused)
    found = Numbers("DE", allow_short=True).read("500")
    assert found == Number("500", ("Europe/Berlin", "Europe/Busingen"))
    assert Numbers("US", allow_short=True).read("2125550123") == Numbers("US").read("2125550123")
    assert isinstance(Numbers("US", allow_short=True).read("5a0"), Refused)


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("+12125550123", {"America/New_York"}),
        ("+4930901820", {"Europe/Berlin"}),
    ],
)
def test_a_number_with_a_place_has_its_zone(text: str, zones: set[str]) -> None:
    found = Numbers("US").read(text)
    assert isinstance(found, Number)
    assert set(found.zones) == zones


def test_a_number_without_a_place_may_ring_in_every_zone_of_its_country() -> None:
    freephone, mobile = Numbers("US").read("+18005550123"), Numbers("US").read("+79161234567")
    assert isinstance(freephone, Number)
    assert isinstance(mobile, Number)
    assert len(freephone.zones) > 30
    assert len(mobile.zones) > 5


@pytest.mark.covers("I5")
@pytest.mark.parametrize("text", ["+800 1234 5678", "+870 773 111 632", "+881 612 345 678"])
def test_a_number_of_no_country_may_ring_anywhere(text: str) -> None:
    """A freephone number of the whole world, and two telephones that talk to satellites."""
    found = Numbers("AU").read(text)
    assert isinstance(found, Number)
    assert found.zones == (NOWHERE,)


def test_a_short_number_of_a_country_whose_zones_are_not_known_may_ring_anywhere() -> None:
    assert Numbers("XK", allow_short=True).read("500") == Number("500", (NOWHERE,))


def test_every_zone_exists() -> None:
    for region in REGIONS:
        for zone in zones_of_region(region):
            ZoneInfo(zone)


def test_one_number_typed_by_a_user_is_read_or_refused_with_what_to_do() -> None:
    assert number_in("030 901820", "DE") == "+4930901820"
    with pytest.raises(Invalid, match="letters"):
        number_in("030 hello", "DE")
    with pytest.raises(Invalid, match="no country"):
        Numbers("Germany")


def library(text: str, region: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not PLUS_DIGITS.fullmatch(e164):  # some countries have special numbers of three digits; we do not dial them
        return None
    return e164, tuple(timezone.time_zones_for_number(number))


def agrees(text: str, region: str) -> bool:
    """Whether the library takes it, after checking that we answer alike."""
    ours, theirs = Numbers(region).read(text), library(text, region)
    if theirs is None:
        assert isinstance(ours, Refused), (text, region, ours)
        return False
    number, zones = theirs
    assert isinstance(ours, Number), (text, region, ours, theirs)
    assert ours.text == number, (text, region)
    if timezone.UNKNOWN_TIMEZONE not in zones:
        assert ours.zones == zones, (text, region)
    return True


def test_the_short_way_agrees_with_the_library_on_every_example_number() -> None:
    taken = 0
    for region in REGIONS:
        for kind in PhoneNumberType.values():
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            for form in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.NATIONAL):
                taken += agrees(phonenumbers.format_number(example, form), region)
    assert taken > 2_000


@given(
    region=st.sampled_from(REGIONS),
    head=st.sampled_from(["example", "+", "", "0"]),
    kind=st.sampled_from(PhoneNumberType.values()),
    tail=st.text("0123456789", min_size=1, max_size=9),
    kept=st.integers(0, 8),
)
@settings(max_examples=1_500, deadline=None)
def test_the_short_way_agrees_with_the_library_on_any_digits(
    region: str, head: str, kind: int, tail: str, kept: int
) -> None:
    text = f"{head}{tail}"
    example = phonenumbers.example_number_for_type(region, kind)
    if head == "example":
        if example is None:
            return
        national = phonenumbers.national_significant_number(example)
        text = f"+{example.country_code}{national[:kept]}{tail}"
    elif example is not None:
        text = f"{head}{phonenumbers.national_significant_number(example)[:kept]}{tail}"
    agrees(text, region)
