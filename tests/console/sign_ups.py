"""Who lives a year in the demo, and what each writes from the first word to the end of the screening, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

#: Telephone or Telegram id, name and language.
PEOPLE: Final = (
    ("+16305550101", "Ana Torres", "en"),
    ("+16305550102", "Inés Vargas", "es"),
    ("+16305550103", "Ellen Marsh", "en"),
    ("+16305550104", "Luis Soto", "es"),
    ("+16305550105", "Rose Novak", "en"),
    ("+16305550106", "Ben Ali", "en"),
    ("+16305550107", "Carmen Díaz", "es"),
    ("+16305550108", "Raúl Peña", "es"),
    ("+16305550109", "Noah Reed", "en"),
    ("8000001", "Mia Flores", "es"),
)
#: Whom the seniors name: one is written to by text message, one by e-mail.
MOTHERS: Final = {"en": "+17085550199", "es": "rosa.flores@example.org"}


def _lines(en: str, es: str) -> Mapping[str, Sequence[str]]:
    return {"en": [line.strip() for line in en.split("|")], "es": [line.strip() for line in es.split("|")]}


STUDENT: Final = _lines(
    """HI | 1 | English | 60614 | 5/14/2005 | work-study | Lakeshore State College | yes | mornings |
    success coach | weekday afternoons | yes""",
    """HOLA | 1 | Español | 60614 | 14/5/2005 | work-study | Lakeshore State College | la tengo | por la mañana |
    coach de éxito escolar | entre semana por la tarde | todo correcto""",
)
EMPLOYEE: Final = _lines(
    "HI | 1 | English | 60608 | 5/14/1988 | employee | NORTH24 | paid | Dana Price | mentor | weekdays | 1",
    """HOLA | 1 | Español | 60608 | 14/5/1988 | empleado | NORTH24 | pagadas | Dana Price |
    mentor | entre semana | 1""",
)
OLDER_ADULT: Final = _lines(
    """HI | 1 | English | 60614 | 5/14/1956 | retired | foster grandparent | below the limit | nothing |
    tutor | Mon, Tue and Wed after 3 | yes""",
    """HOLA | 1 | Español | 60614 | 14/5/1956 | jubilada | foster grandparent | 1 | nada |
    tutor | lunes, martes y miércoles después de las 3 | sí""",
)
SENIOR: Final = _lines(
    f"HI | 1 | English | 60614 | 2/14/2010 | Grace Reed | {MOTHERS['en']} | Noah Reed | high school",
    f"HOLA | 1 | Español | 60614 | 14/2/2010 | Rosa Flores | {MOTHERS['es']} | Mia Flores | secundaria",
)
#: After the name of their school.
SENIOR_GOES_ON: Final = _lines(
    "2027 | 40 by May 15 | mentor | weekday afternoons | 1",
    "2027 | 40 antes del 15 de mayo | mentor | entre semana por la tarde | 1",
)
