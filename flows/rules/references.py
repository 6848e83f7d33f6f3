"""What somebody is asked who was named as a reference: how they know the person, whether they recommend them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

#: The requirement that references fulfil, in ``flows/requirements.toml``.
KIND: Final = "reference"
#: Which references a person names, and under which answers.
NAMED: Final[Mapping[int, tuple[str, str]]] = {
    nth: (f"reference_{nth}_name", f"reference_{nth}_contact") for nth in (1, 2)
}
#: Nobody at a school is asked, so none of these is a school.
HOW_KNOWN: Final = ("work", "neighbor", "group", "other")
MAX_COMMENT: Final = 500
#: Asked at most once more, after this time without an answer.
ASK_AGAIN: Final = timedelta(days=5)
#: Staff see a reference who has not answered for so long.
SILENT_AFTER: Final = timedelta(days=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a reference answered; a coordinator decides what it means, never we."""

    how_known: str
    recommends: bool
    comment: str = ""


def read_reference(form: Mapping[str, str]) -> Reference | tuple[str, ...]:
    """Read what was sent; or name what is wrong with it: ``how``, ``recommends``, ``comment``."""
    how, recommends = form.get("how", ""), form.get("recommends", "")
    comment = " ".join(form.get("comment", "").split())
    wrong = (
        *(("how",) if how not in HOW_KNOWN else ()),
        *(("recommends",) if recommends not in ("yes", "no") else ()),
        *(("comment",) if len(comment) > MAX_COMMENT else ()),
    )
    return wrong or Reference(how_known=how, recommends=recommends == "yes", comment=comment)
