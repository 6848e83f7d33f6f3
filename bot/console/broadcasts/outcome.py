"""What came of a broadcast, for a spreadsheet; and writing again to those who did not answer."""

from __future__ import annotations

import csv
import io
from typing import Final

import bot.console.broadcasts.drafts as drafts
from bot import broadcasts as planning
from bot.console.answers import Answer, File, Led, NotThereError
from bot.console.broadcasts.room import room
from bot.console.house import Visit
from bot.console.words import Words
from flows.reasons import say_reason
from flows.rules.access import Permission
from storage import broadcast_report, broadcasts
from storage.cells import harmless

_COLUMNS: Final = (
    "person",
    "first_name",
    "family_name",
    "channel",
    "status",
    "reason",
    "at",
    "texts",
    "answered",
)


@room.get("/broadcasts/{ref}/report.csv", Permission.SEE_ALL)
def download(visit: Visit) -> Answer:
    """Tell what came of it for each person, a line each."""
    say = Words(room.name, visit.language, visit.hub.name)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([say(f"csv.{column}") for column in _COLUMNS])
    with visit.reading() as session:
        broadcast = drafts.find(visit, session)
        if drafts.is_draft(broadcast):
            raise NotThereError
        for row in broadcast_report.list_messages(session, broadcast):
            said = {
                **row,
                "channel": say.name_of("channel", str(row["channel"])),
                "status": say.name_of("message", str(row["status"])),
                "reason": say_reason(str(row["reason"]), visit.language) if row["reason"] else "",
                "answered": say(f"answered.{row['answered']}"),
            }
            writer.writerow([harmless(str(said[column])) for column in _COLUMNS])
        name = f"{say('csv.name')}-{broadcast.ref}.csv"
    return File(name=name, type="text/csv; charset=utf-8", content=out.getvalue().encode("utf-8-sig"))


@room.post("/broadcasts/{ref}/follow-up", Permission.BROADCAST)
def follow_up(visit: Visit) -> Answer:
    """Begin a draft to those who got a broadcast and have not written since."""
    with visit.writing() as session:
        broadcast = drafts.find(visit, session)
        if drafts.is_draft(broadcast):
            raise NotThereError
        draft = broadcasts.save_draft(
            session, visit.hub, recipients=planning.follow_up(broadcast), body={}, author=visit.author, now=visit.now
        )
        return Led(to=drafts.here(draft, "message"), told="follow_up_begun")
