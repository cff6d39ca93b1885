"""Telephone numbers: from what people write to `+4930123456`, or the reason why not; and where such a number may ring.

`Numbers.read` is exact: it answers as the `phonenumbers` library does (a test compares them). Most numbers of an import
take a short way here, five times as fast: the library's own patterns, compiled once for each country and length.
What the short way does not know goes the library's way. Validity and time zones only; never names of places.
"""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType, timezone
from phonenumbers.phonemetadata import PhoneNumberDesc
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from busyhour.core.dialer.hours import NOWHERE
from busyhour.service.errors import Invalid

TEXT_LENGTH_MAX: Final = 64
SHORT_LENGTHS: Final = range(2, 11)
"""Digits of an internal extension or local number, kept as written when a caller asks for them."""

PUNCTUATION: Final = str.maketrans("", "", " -.()/\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\t")
E164_DIGITS_MIN: Final = 7
E164_DIGITS_MAX: Final = 15
PLUS_DIGITS: Final = re.compile(r"\+[0-9]{7,15}")
LETTER: Final = re.compile(r"[^\W\d_]")
DIGIT: Final = re.compile(r"\d")


class Number(NamedTuple):
    """`text` is `+` and 7 to 15 digits; or digits alone, for a short number that was asked for."""

    text: str
    zones: tuple[str, ...]  # every time zone where it may ring; NOWHERE alone: anywhere on earth


class Refused(NamedTuple):
    """Not a number to dial; the reason is for people."""

    reason: str


class Numbers:
    """Reads numbers as someone in `region` writes them. One for each import or request; not for several threads."""

    def __init__(self, region: str, *, allow_short: bool = False) -> None:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise Invalid(f"There is no country {region!r}. Use two capital letters, such as DE.", field="country")
        self.region = region
        self.allow_short = allow_short
        self._plan = _plan_of_region(region)

    def read(self, text: str) -> Number | Refused:
        bare = text.translate(PUNCTUATION)
        if bare.isascii() and (found := self._short_way(bare)):
            e164, geographical = found
            return Number(e164, self._zones_at(e164, geographical))
        return self._library_way(text, bare)

    def _short_way(self, bare: str) -> "tuple[str, bool] | None":
        """The number and whether it belongs to a place, if plain digits tell both; None = ask the library."""
        if bare[:1] == "+":
            plan = _plan_of_digits(bare[1:4])
            national = bare[1 + len(plan.code) :] if plan else ""
        else:
            plan, national = self._plan, bare
            if plan.abroad.match(bare) or bare.startswith(plan.code):
                return None
        if plan is None or not national.isdigit():
            return None
        national = plan.without_trunk(national)
        geographical = plan.place(national)
        if not E164_DIGITS_MIN <= len(plan.code) + len(national) <= E164_DIGITS_MAX:
            return None
        return None if geographical is None else (f"+{plan.code}{national}", geographical)

    def _library_way(self, text: str, bare: str) -> Number | Refused:
        if fault := _fault_of_text(text):
            return Refused(fault)
        found = self._library_number(text)
        if isinstance(found, Refused) and self.allow_short and bare.isdigit() and len(bare) in SHORT_LENGTHS:
            return Number(bare, zones_of_region(self.region) or (NOWHERE,)) if bare.isascii() else found
        return found

    def _library_number(self, text: str) -> Number | Refused:
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException as fault_found:
            return Refused(_PARSE_FAULTS.get(fault_found.error_type, "not a telephone number"))
        if number.extension:
            return Refused("has an extension; put only the number that the network dials")
        kind = phonenumbers.number_type(number)
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if kind == PhoneNumberType.UNKNOWN:
            return Refused(_why_not_valid(number))
        if not PLUS_DIGITS.fullmatch(e164):
            return Refused(f"with its country code it has not {E164_DIGITS_MIN} to {E164_DIGITS_MAX} digits")
        geographical = phonenumbers.phonenumberutil.is_number_type_geographical(kind, number.country_code or 0)
        return Number(e164, self._zones_at(e164, geographical))

    def _zones_at(self, e164: str, geographical: bool) -> tuple[str, ...]:
        """The library's longest known prefix; of a number without a place, the whole country."""
        digits = e164[1 : 1 + TIMEZONE_LONGEST_PREFIX]
        if not geographical:
            plan = _plan_of_digits(e164[1:4])
            digits = plan.code if plan else str(phonenumbers.parse(e164).country_code)
        for length in _zone_lengths(digits[0]):
            zones = TIMEZONE_DATA.get(digits[:length])
            if zones is not None:
                return self._zones_known(zones, e164)
        return self._zones_known((timezone.UNKNOWN_TIMEZONE,), e164)

    def _zones_known(self, zones: tuple[str, ...], e164: str) -> tuple[str, ...]:
        if timezone.UNKNOWN_TIMEZONE not in zones:
            return zones
        code = phonenumbers.parse(e164).country_code
        region = phonenumbers.region_code_for_country_code(code or 0)
        return zones_of_region(region) or (NOWHERE,)


def number_in(text: str, region: str, *, field: str | None = None) -> str:
    """One number that a user typed, or `Invalid`."""
    found = Numbers(region).read(text)
    if isinstance(found, Refused):
        shown = text.strip()[:TEXT_LENGTH_MAX]
        raise Invalid(f"{shown!r} cannot be dialed: {found.reason}.", code="bad_number", field=field)
    return found.text


@lru_cache(maxsize=10)
def _zone_lengths(first_digit: str) -> tuple[int, ...]:
    """How long the prefixes are that say something of time zones; the longest first."""
    return tuple(sorted({len(prefix) for prefix in TIMEZONE_DATA if prefix[0] == first_digit}, reverse=True))


@lru_cache(maxsize=300)
def zones_of_region(region: str) -> tuple[str, ...]:
    """Every time zone of a country; empty when the country is not known."""
    return tuple(zone for code, zone in _zone_table() if code == region)


@lru_cache(maxsize=1)
def _zone_table() -> tuple[tuple[str, str], ...]:
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((cell[0], cell[2]) for cell in cells)


_PARSE_FAULTS: Final = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "the country code does not exist",
    phonenumbers.NumberParseException.NOT_A_NUMBER: "not a telephone number",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too short",
    phonenumbers.NumberParseException.TOO_LONG: "too long",
}

_LENGTH_FAULTS: Final = {
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
    phonenumbers.ValidationResult.TOO_SHORT: "too short",
    phonenumbers.ValidationResult.INVALID_LENGTH: "has the wrong number of digits",
    phonenumbers.ValidationResult.TOO_LONG: "too long",
}


def _fault_of_text(text: str) -> str | None:
    if not text.strip():
        return "the number is empty"
    if len(text) > TEXT_LENGTH_MAX:
        return f"longer than {TEXT_LENGTH_MAX} characters"
    if LETTER.search(text):
        return "has letters in it"
    if not DIGIT.search(text):
        return "has no digits"
    return None


def _why_not_valid(number: phonenumbers.PhoneNumber) -> str:
    result = phonenumbers.is_possible_number_with_reason(number)
    return _LENGTH_FAULTS.get(result) or f"no number of country code +{number.country_code} begins or ends like this"


# The short way: the library's patterns, arranged so that one number needs two or three matches.


class _Shape(NamedTuple):
    """What numbers of one region and one length look like."""

    leading: re.Pattern[str] | None
    general: re.Pattern[str]
    placeless: re.Pattern[str] | None  # freephone, premium, ...: looked at first, as the library does
    place: re.Pattern[str] | None
    mobile: re.Pattern[str] | None
    mobile_has_place: bool


class _Plan:
    """The numbering plan of one country code, of which one or several regions are part."""

    def __init__(self, code: str, region: str) -> None:
        metadata = PhoneMetadata.metadata_for_region(region, None)
        assert metadata is not None
        self.code = code
        self.abroad = re.compile(metadata.international_prefix or r"(?!)")
        self._trunk = re.compile(metadata.national_prefix_for_parsing or r"(?!)")
        self._trunk_is_plain = not metadata.national_prefix_transform_rule and not self._trunk.groups
        self._general = _pattern([metadata.general_desc], None) or re.compile(r"(?!)")
        self._shapes: dict[int, tuple[_Shape, ...]] = {}

    def without_trunk(self, national: str) -> str:
        """Without the 0 (or 1, or 8) dialed before numbers of the same country; empty = not for us to say."""
        found = self._trunk.match(national)
        if not found:
            return national
        rest = national[found.end() :]
        # The library keeps a prefix without which the number would fit worse; those rare ones are left to it.
        return rest if self._trunk_is_plain and self._general.fullmatch(rest) else ""

    def place(self, national: str) -> bool | None:
        """Whether the number belongs to a place; None = not a valid number, or not for us to say."""
        length = len(national)
        shapes = self._shapes.get(length)
        if shapes is None:
            shapes = self._shapes[length] = tuple(_shapes(self.code, length))
        for shape in shapes:
            if shape.leading and not shape.leading.match(national):
                continue
            found = _place_in(shape, national)
            if found is not None or shape.leading:
                return found
        return None


def _place_in(shape: _Shape, national: str) -> bool | None:
    if not shape.general.fullmatch(national):
        return None
    if shape.placeless and shape.placeless.fullmatch(national):
        return False
    if shape.place and shape.place.fullmatch(national):
        return True
    if shape.mobile and shape.mobile.fullmatch(national):
        return shape.mobile_has_place
    return None


def _shapes(code: str, length: int) -> "list[_Shape]":
    shapes = []
    for region in phonenumbers.region_codes_for_country_code(int(code)):
        metadata = PhoneMetadata.metadata_for_region(region, None)
        if metadata is None:
            continue
        general = _pattern([metadata.general_desc], length)
        if general is None and not metadata.leading_digits:
            continue
        placeless = [
            metadata.premium_rate,
            metadata.toll_free,
            metadata.shared_cost,
            metadata.voip,
            metadata.personal_number,
            metadata.pager,
            metadata.uan,
            metadata.voicemail,
        ]
        same = metadata.same_mobile_and_fixed_line_pattern
        shapes.append(
            _Shape(
                leading=re.compile(metadata.leading_digits) if metadata.leading_digits else None,
                general=general or re.compile(r"(?!)"),
                placeless=_pattern(placeless, length),
                place=_pattern([metadata.fixed_line], length),
                mobile=None if same else _pattern([metadata.mobile], length),
                mobile_has_place=phonenumbers.phonenumberutil.is_number_type_geographical(
                    PhoneNumberType.MOBILE, int(code)
                ),
            )
        )
    return shapes


def _pattern(descriptions: "list[PhoneNumberDesc | None]", length: int | None) -> re.Pattern[str] | None:
    """One pattern for all kinds of number that can have this length (None: any)."""
    fitting = [
        one.national_number_pattern
        for one in descriptions
        if one is not None
        and one.national_number_pattern
        and (length is None or length in one.possible_length or not one.possible_length)
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in fitting)) if fitting else None


@lru_cache(maxsize=300)
def _plan_of_region(region: str) -> _Plan:
    # The trunk prefix may differ between regions of one code, so each region has its own plan.
    return _Plan(str(phonenumbers.country_code_for_region(region)), region)


@lru_cache(maxsize=1_000)
def _plan_of_digits(first_three: str) -> _Plan | None:
    """The plan of a number that begins with these digits; None = no country, or one without regions (+800)."""
    if not first_three.isdigit() or first_three[0] == "0":
        return None
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(first_three[:length]))
        if regions:
            return None if regions[0] == "001" else _plan_of_region(regions[0])
    return None
