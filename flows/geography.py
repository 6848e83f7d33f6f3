"""Find where a ZIP code lies: city, state, time zone, and how far two places are apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Final

import zipcodes

#: Digits of a ZIP code, without the four that may follow.
ZIP_DIGITS: Final = 5
#: Mean radius. Source: IUGG, as quoted by the Great-circle distance page of Wikipedia.
_EARTH_RADIUS_KM: Final = 6371.0088


#: Farther than this from the middle of any ZIP code nobody is taken to live in it.
_NEAR_KM: Final = 50
#: More than 50 km of latitude, so that few distances need to be measured.
_NEAR_DEGREES: Final = 0.5
#: Latitude and longitude in degrees.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a ZIP code tells about where somebody lives."""

    zip_code: str
    city: str
    #: Two letters: ``MA``.
    state: str
    #: IANA zone; ``None`` where the library knows none, as for military post.
    zone: str | None
    #: ``None`` for military post, which lies nowhere.
    latitude: float | None
    longitude: float | None

    @property
    def point(self) -> Point | None:
        """Where it lies, for ``distance_km``."""
        if self.latitude is None or self.longitude is None:
            return None
        return (self.latitude, self.longitude)


@lru_cache(maxsize=4096)
def place_of(zip_code: str) -> Place | None:
    """Find the place of a five-digit ZIP code; ``None`` when there is no such code.

    The library answers ``[]`` for five digits that are no code, raises for anything but ``#####`` and ``#####-####``,
    and still knows codes that the post has retired: people keep writing those.
    """
    if len(zip_code) != ZIP_DIGITS or not (zip_code.isascii() and zip_code.isdigit()):
        return None
    found = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]  # the library types only its inner module
    if not found:
        return None
    row = found[0]
    latitude, longitude = float(row["lat"]), float(row["long"])
    nowhere = latitude == 0 and longitude == 0
    return Place(
        zip_code=zip_code,
        city=row["city"],
        state=row["state"],
        zone=row["timezone"] if "/" in row["timezone"] else None,  # one Alaskan row holds its town's name instead
        latitude=None if nowhere else latitude,
        longitude=None if nowhere else longitude,
    )


def nearest_zip(point: Point) -> str | None:
    """Find the ZIP code whose middle is nearest to a point; ``None`` when it lies in no country that has them."""
    near = (row for row in _middles() if abs(row[1][0] - point[0]) < _NEAR_DEGREES and abs(row[1][1] - point[1]) < 1)
    measured = min(((distance_km(point, middle), zip_code) for zip_code, middle in near), default=None)
    return measured[1] if measured and measured[0] <= _NEAR_KM else None


@lru_cache(maxsize=1)
def _middles() -> tuple[tuple[str, Point], ...]:
    """List the ZIP codes that people live in, with their middles; read once, when the first location is shared."""
    rows = zipcodes.list_all()  # type: ignore[no-untyped-call]  # as above
    return tuple(
        (row["zip_code"], (float(row["lat"]), float(row["long"])))
        for row in rows
        if row["active"] and row["zip_code_type"] == "STANDARD" and float(row["lat"])
    )


def distance_km(one: Point, two: Point) -> float:
    """Measure the way between two points as the crow flies, in kilometres."""
    phi_one, phi_two = radians(one[0]), radians(two[0])
    half_phi = (phi_two - phi_one) / 2
    half_lambda = radians(two[1] - one[1]) / 2
    chord = sin(half_phi) ** 2 + cos(phi_one) * cos(phi_two) * sin(half_lambda) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))
