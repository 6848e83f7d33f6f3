"""Say in SQL whether a person may come into a slot on its day, for the statement that takes a seat.

``flows/rules/requirements.py`` says the same of values, so that people are only offered what they may take; what is
said here holds whoever takes the seat and by whichever way. A test keeps the two together.
"""

from __future__ import annotations

from typing import Final

_DAY: Final = "substr(s.starts_local, 1, 10)"
_BORN: Final = "CAST(p.birth_date AS TEXT)"


def is_aged(years: str) -> str:
    """Say that a person ``p`` is so many years old on the day of a slot ``s``; unknown where their birthday is.

    Comparing the written dates, who is born on 29 February turns older on 1 March of a common year by itself.
    """
    return f"""
    CAST(CAST(substr({_BORN}, 1, 4) AS INTEGER) + {years} AS TEXT) || substr({_BORN}, 5) <= {_DAY}
"""


def _among(listed: str, value: str) -> str:
    """Say that a list like ``,employee,older_adult,`` is empty or holds a value."""
    return f"({listed} = '' OR replace({listed}, ',' || {value} || ',', '') <> {listed})"


def _months(day: str) -> str:
    """Write a day as ``flows.rules.requirements.month_count`` does."""
    return (
        f"((CAST(substr({day}, 1, 4) AS INTEGER) * 12 + CAST(substr({day}, 6, 2) AS INTEGER)) * 100"
        f" + CAST(substr({day}, 9, 2) AS INTEGER))"
    )


_FROM: Final = "CAST(r.valid_from AS TEXT)"
#: That a shift ``s`` asks for something that a person ``p`` does not have on its day.
LACKS: Final = f"""
    s.kind = 'shift' AND EXISTS (
        SELECT 1 FROM requirement_policy AS q
        LEFT JOIN site_requirement AS o ON o.site_id = s.site_id AND o.kind = q.kind
        WHERE q.hub = s.hub AND COALESCE(o.needed, q.needed)
            AND (q.min_age IS NULL OR p.birth_date IS NULL OR {is_aged("q.min_age")})
            AND (q.below_age IS NULL OR p.birth_date IS NOT NULL AND NOT {is_aged("q.below_age")})
            AND {_among("q.audiences", "p.audience")}
            AND {_among("q.roles", "COALESCE(s.role, p.role)")}
            AND q.many > (
                SELECT count(*) FROM requirement AS r
                WHERE r.person_id = p.id AND r.kind = q.kind AND r.status = 'met'
                    AND (r.valid_from IS NULL OR {_FROM} <= {_DAY})
                    AND (r.valid_until IS NULL OR CAST(r.valid_until AS TEXT) >= {_DAY})
                    AND (o.months IS NULL
                        OR r.valid_from IS NOT NULL AND {_months(_DAY)} < {_months(_FROM)} + o.months * 100)))
"""  # noqa: S608 - a constant
