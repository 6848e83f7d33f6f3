"""Every page that a link may open, by its purpose; a new one is a file of its own and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.pages.aid_office import AidOfficePage
from bot.pages.guardian import GuardianPage
from bot.pages.hours import HoursPage
from bot.pages.letter import LetterPage
from bot.pages.manager import ManagerPage
from bot.pages.my_data import MyDataPage
from bot.pages.page import LinkPage
from bot.pages.reference import ReferencePage
from flows.rules.links import LinkPurpose

PAGES: Final[Mapping[LinkPurpose, LinkPage]] = {
    page.purpose: page
    for page in (
        GuardianPage(),
        HoursPage(),
        AidOfficePage(),
        ManagerPage(),
        ReferencePage(),
        LetterPage(),
        MyDataPage(),
    )
}
