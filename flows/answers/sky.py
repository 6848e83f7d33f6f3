"""Where sun and moon stand: enough to date the feasts that go by them, to a few minutes of arc.

Source: Jean Meeus, Astronomical Algorithms, 2nd edition, chapters 25 and 47, the largest terms.
"""

from __future__ import annotations

from datetime import date
from math import radians, sin
from typing import Final

_DAY_2000: Final = date(2000, 1, 1).toordinal()
#: Sine terms of the moon's longitude in degrees: factors of elongation, sun's anomaly, moon's anomaly, latitude argument.
_MOON_TERMS: Final = (
    (6.289, 0, 0, 1, 0),
    (1.274, 2, 0, -1, 0),
    (0.658, 2, 0, 0, 0),
    (0.214, 0, 0, 2, 0),
    (-0.185, 0, 1, 0, 0),
    (-0.114, 0, 0, 0, 2),
    (0.059, 2, 0, -2, 0),
    (0.057, 2, -1, -1, 0),
    (0.053, 2, 0, 1, 0),
    (0.046, 2, -1, 0, 0),
    (-0.041, 0, 1, -1, 0),
    (-0.035, 1, 0, 0, 0),
    (-0.030, 0, 1, 1, 0),
)


def sun_longitude(day: date, hour: float) -> float:
    """Return the sun's longitude from the spring point, in degrees, at an hour of universal time."""
    centuries = _centuries(day, hour)
    anomaly = radians(357.529 + 35999.050 * centuries)
    return (280.466 + 36000.770 * centuries + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) % 360


def moon_phase(day: date, hour: float) -> float:
    """Return how far the moon is ahead of the sun, in degrees: 0 when new, 180 when full."""
    at = _centuries(day, hour)
    elongation, sun = 297.850 + 445267.112 * at, 357.529 + 35999.050 * at
    moon, latitude = 134.963 + 477198.868 * at, 93.272 + 483202.018 * at
    longitude = 218.316 + 481267.881 * at
    for size, *factors in _MOON_TERMS:
        angles = zip(factors, (elongation, sun, moon, latitude), strict=True)
        longitude += size * sin(radians(sum(factor * angle for factor, angle in angles)))
    return (longitude - sun_longitude(day, hour)) % 360


def _centuries(day: date, hour: float) -> float:
    return (day.toordinal() - _DAY_2000 + (hour - 12) / 24) / 36525
