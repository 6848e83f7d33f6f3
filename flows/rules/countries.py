"""Tell which country a phone number belongs to, and which numbers are nobody's phone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import phonenumbers

#: The United States and its territories, by ISO 3166: where PeoplePower writes to unless a hub says otherwise.
HOME: Final = ("US", "PR", "VI", "GU", "AS", "MP")
#: The channel whose addresses are phone numbers.
_PHONES: Final = "sms"
#: E.164: a country and at least seven digits. Short codes and senders' names are none. Source: ITU-T E.164, 6.2.1.
_E164: Final = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
#: Seven digits that are a phone in any area of North America.
_ANY_PHONE: Final = "2345678"


def is_phone(channel: str, user: str) -> bool:
    """Tell whether an address may be a person's: any but a short code or a sender's name where phones are written to."""
    return channel != _PHONES or _E164.fullmatch(user) is not None


@lru_cache(maxsize=4096)
def country_of(channel: str, user: str) -> str | None:
    """Return the country of a phone number, by ISO 3166; ``None`` where addresses have none, and for a short code.

    A number that no network has given out yet, as those in films, belongs to whom its area does.
    """
    if channel != _PHONES or not is_phone(channel, user):
        return None
    try:
        number = phonenumbers.parse(user)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    if region is None and number.country_code == 1:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(user[:5] + _ANY_PHONE))
    return region or phonenumbers.region_code_for_country_code(number.country_code or 0)
