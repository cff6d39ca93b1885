"""Which numbers an agent may type: of the countries that the campaign names, and none that costs the caller extra.

Contacts of a list may be elsewhere: somebody with the right to import chose them.
"""

from collections.abc import Sequence
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from busyhour.service.errors import Invalid

COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})


def check_destination(number: str, countries: Sequence[str]) -> None:
    """`number` is E.164. Raises `Invalid`."""
    parsed = phonenumbers.parse(number)
    if phonenumbers.number_type(parsed) in COSTLY:
        raise Invalid("Premium-rate numbers are not dialed by hand.", code="destination", field="number")
    if parsed.country_code not in {phonenumbers.country_code_for_region(country) for country in countries}:
        text = f"For this campaign only numbers in {', '.join(countries)} are dialed by hand. Ask an administrator."
        raise Invalid(text, code="destination", field="number")
