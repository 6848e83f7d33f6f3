"""ZIP codes know their place."""

from __future__ import annotations

import pytest

from flows.geography import distance_km, place_of


def test_a_zip_code_tells_city_state_and_zone() -> None:
    place = place_of("02134")

    assert place is not None
    assert (place.city, place.state, place.zone) == ("Allston", "MA", "America/New_York")


@pytest.mark.parametrize("zip_code", ["00000", "2134", "abcde", "02134-1", "", "٠٢١٣٤"])
def test_what_is_no_zip_code_has_no_place(zip_code: str) -> None:
    assert place_of(zip_code) is None


def test_military_post_lies_nowhere() -> None:
    place = place_of("09001")

    assert place is not None
    assert place.point is None
    assert place.zone is None


def test_distance_is_measured_as_the_crow_flies() -> None:
    boston, new_york = place_of("02108"), place_of("10001")

    assert boston is not None
    assert new_york is not None
    assert boston.point is not None
    assert new_york.point is not None
    assert distance_km(boston.point, new_york.point) == pytest.approx(306, abs=6)
    assert distance_km(boston.point, boston.point) == 0
