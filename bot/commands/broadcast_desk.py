"""What an operator does with broadcasts from the command line, beside a running process that sends them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from bot import broadcasts as planning
from bot import config
from bot.app import utc_now
from bot.broadcasts import Plan
from bot.commands.operate import find_person
from bot.mistake import MistakeError
from bot.opening import open_hub
from channels.capabilities import CAPABILITIES
from flows.broadcast_text import Text, WrongTextError
from flows.facts import Hub
from flows.reasons import say_reason
from flows.rules.contact import BroadcastState
from storage import broadcast_report, broadcasts, organisations, series
from storage.broadcasts import Confirmed
from storage.database import Database, Transaction
from storage.recipients import Recipients
from storage.store import OutboxStatus
from storage.tables import BroadcastRow

#: Who is written down as having decided from a command line.
_AUTHOR: Final = "coordinator:command line"
#: How often the progress of a broadcast is looked at.
_LOOK_S: Final = 0.5
Show = Callable[[str], None]


def run_broadcast(
    path: Path,
    environ: Mapping[str, str],
    *,
    to: Sequence[str],
    texts: Mapping[str, str],
    useful_for: timedelta,
    cap: int | None = None,
    dry_run: bool,
    confirmed: bool,
    show: Show = typer.echo,
) -> None:
    """Show what a broadcast would do; when confirmed, hand it to the running process and watch it.

    Args:
        to: filters, ``role=tutor``.
        texts: the message by language.
        useful_for: it is not sent later than this.
        cap: at most so many people.

    Raises:
        MistakeError: a filter is wrong, nobody would be reached, or the text cannot be sent.
    """
    with open_hub(path, environ) as (database, hub):
        told = _read(hub, texts)
        rates = _rates(path, environ)
        now = utc_now()
        with database.reading() as transaction:
            recipients = read_recipients(to, transaction, hub)
            plan = planning.plan(transaction, hub, recipients, told, rates, now, cap=cap)
        for line in describe(plan, hub):
            show(line)
        if plan.finish_at > now + useful_for:
            show("Not everybody gets it: it is not finished by then. Allow more --hours, or write to fewer.")
        if dry_run:
            show("This was a dry run: nothing is sent.")
            return
        people = plan.preview.people
        if not people:
            raise MistakeError("Nobody would receive it, so nothing is sent.")
        if not confirmed and typer.prompt(f"Type {people} to send it") != str(people):
            show("Not sent.")
            return
        with database.session() as transaction:
            draft = broadcasts.save_draft(
                transaction,
                hub,
                recipients=recipients,
                body=texts,
                author=_AUTHOR,
                now=now,
                expires_at=now + useful_for,
                cap=cap,
            )
            ref = draft.ref
            done = planning.confirm(transaction, hub, draft, typed=people, author=_AUTHOR, now=utc_now())
        if not isinstance(done, Confirmed):
            raise MistakeError(f"Not sent: somebody came or left meanwhile. Look again. The draft is kept as {ref}.")
        show(f"Confirmed as {ref}. The running process sends it; leaving this view with Ctrl-C does not stop it.")
        _watch(database, hub, ref, show)


def run_test(path: Path, environ: Mapping[str, str], *, texts: Mapping[str, str], person: str, show: Show) -> None:
    """Send a text to one person alone, as they would read it.

    Raises:
        MistakeError: there is no such person, they have not agreed to be written to, or the text cannot be sent.
    """
    with open_hub(path, environ) as (database, hub):
        told = _read(hub, texts)
        with database.session() as transaction:
            found = find_person(transaction, hub.id, person)
            said = planning.send_test(transaction, hub, told, found, utc_now())
    if not said:
        raise MistakeError("They have not agreed to be written to. Let them write HI to the bot first.")
    for text in said:
        show(f"Sent: {text}")


def _read(hub: Hub, texts: Mapping[str, str]) -> dict[str, Text]:
    try:
        return planning.read_texts(hub, texts)
    except WrongTextError as error:
        raise MistakeError(str(error)) from error


def _rates(path: Path, environ: Mapping[str, str]) -> dict[str, float]:
    opened = config.load(path, environ).channels.opened()
    usual = {name: capabilities.messages_per_second for name, capabilities in CAPABILITIES.items()}
    return usual | {name: table["messages_per_second"] for name, table in opened.items()}


def read_recipients(to: Sequence[str], session: Transaction, hub: Hub) -> Recipients:
    """Read filters such as ``role=tutor``, ``site=Lincoln School`` or ``saved=Tutors of Lincoln``.

    Raises:
        MistakeError: a filter is not one of the known ones, or names what there is not.
    """
    known = [field.name for field in fields(Recipients)]
    read = Recipients()
    for part in to:
        name, separator, value = part.partition("=")
        if not (separator and value) or name not in (*known, "saved"):
            raise MistakeError(
                f"--to {part}: cannot be read; write one of {', '.join(f'{k}=…' for k in known)}, saved=…."
            )
        read = _with(read, name, value, session, hub)
    return read


def _with(read: Recipients, name: str, value: str, session: Transaction, hub: Hub) -> Recipients:
    match name:
        case "saved":
            row = broadcasts.find_audience(session, hub.id, value)
            if row is None:
                raise MistakeError(
                    f"--to saved={value}: nothing is kept under this name; see peoplepower broadcast saved."
                )
            return Recipients.from_json(row.recipients)
        case "site":
            sites = [one.id for one in series.list_sites(session, hub.id) if one.name.casefold() == value.casefold()]
            if len(sites) != 1:
                raise MistakeError(f"--to site={value}: {len(sites)} sites have this name; see peoplepower sites list.")
            return replace(read, site=sites[0])
        case "organisation":
            found = organisations.find(session, hub.id, value)
            if found is None:
                raise MistakeError(f"--to organisation={value}: there is none; see peoplepower organisations list.")
            return replace(read, organisation=found.id)
        case "answered" | "not_answered":
            find(session, hub, value)
    told: dict[str, Any] = {name: value}
    return replace(read, **told)


def find(session: Transaction, hub: Hub, ref: str) -> BroadcastRow:
    """Find a broadcast by its reference.

    Raises:
        MistakeError: there is none.
    """
    found = broadcasts.find(session, hub.id, ref)
    if found is None:
        raise MistakeError(f"There is no broadcast {ref}; see peoplepower broadcast list.")
    return found


def describe(plan: Plan, hub: Hub) -> list[str]:
    """Say what a broadcast would do, a sentence a line."""
    preview = plan.preview
    lines = [f"{preview.people} people would receive it."]
    lines += [f"  by {channel}: {number}" for channel, number in preview.by_channel.items()]
    lines.append(f"{sum(preview.left_out.values())} people are left out.")
    lines += [f"  {number}: {say_reason(reason, 'en')}" for reason, number in preview.left_out.items()]
    for language, counted in plan.parts.items():
        guilty = f", because of {' '.join(counted.guilty)}" if counted.guilty else ""
        lines.append(f"Text message, {language}: {counted.parts} part(s) of {counted.encoding}{guilty}.")
    if plan.texts:
        cost = f", about ${plan.cost:,.2f}" if plan.cost is not None else "; set hub.text_price to see the cost"
        lines.append(f"{plan.texts} part(s) of text messages in all{cost}.")
    if preview.people:
        local = plan.finish_at.astimezone(ZoneInfo(hub.zone))
        minutes = math.ceil((plan.finish_at - utc_now()).total_seconds() / 60)
        lines.append(
            f"Done about {local:%a %b %d, %H:%M} ({hub.zone}), in {max(minutes, 1)} minute(s), quiet hours kept."
        )
    return lines


def _watch(database: Database, hub: Hub, ref: str, show: Show) -> None:
    """Show a bar until every message has been decided; leaving does not stop the broadcast."""
    with Progress() as bar:
        task = bar.add_task("Sending", total=None)
        while True:
            with database.reading() as transaction:
                broadcast = find(transaction, hub, ref)
                report = broadcast_report.report(transaction, broadcast)
                written, state = broadcast.is_written, BroadcastState(broadcast.status)
            queued = sum(report.counts.values())
            bar.update(task, total=queued if written else max(report.people, queued), completed=report.decided)
            if state not in broadcasts.ALIVE or (written and report.decided == queued):
                break
            waiting = report.counts.get(OutboxStatus.WAITING, 0)
            if state is BroadcastState.PAUSED or (written and waiting and report.decided + waiting == queued):
                show(f"{waiting} wait and leave later by themselves, unless it is paused.")
                break
            time.sleep(_LOOK_S)
    for status, number in report.counts.items():
        show(f"  {number} {status.name.lower()}")


_DONE: Final[Mapping[str, str]] = {
    "pause": "Paused. Nothing more leaves until you let it go on: peoplepower broadcast resume {ref}",
    "resume": "It goes on.",
    "stop": "Stopped. What has left cannot be taken back.",
}


def decide(path: Path, environ: Mapping[str, str], what: str, ref: str) -> str:
    """Pause a broadcast, let it go on or stop it; say what came of it.

    Raises:
        MistakeError: there is no such broadcast, or it is not in a state for that.
    """
    acts = {"pause": broadcasts.pause, "resume": broadcasts.resume, "stop": broadcasts.stop}
    with open_hub(path, environ) as (database, hub), database.session() as transaction:
        state = find(transaction, hub, ref).status
        if not acts[what](transaction, hub.id, ref, author=_AUTHOR, now=utc_now()):
            raise MistakeError(f"Nothing to {what}: the broadcast is {state}.")
    return _DONE[what].format(ref=ref)


# --- told -------------------------------------------------------------------------------------------------------------


def list_lines(path: Path, environ: Mapping[str, str]) -> list[str]:
    """List the latest broadcasts, one a line."""
    with open_hub(path, environ) as (database, hub), database.reading() as transaction:
        return [
            f"{row.ref}  {row.status:9}  {row.total} people  {row.created_at:%Y-%m-%d %H:%M} UTC  {row.name}".rstrip()
            for row in broadcasts.list_broadcasts(transaction, hub.id)
        ]


def report_lines(path: Path, environ: Mapping[str, str], ref: str, language: str) -> list[str]:
    """Tell what came of a broadcast, a sentence a line.

    Raises:
        MistakeError: there is no such broadcast.
    """
    with open_hub(path, environ) as (database, hub), database.reading() as transaction:
        broadcast = find(transaction, hub, ref)
        report, state = broadcast_report.report(transaction, broadcast), broadcast.status
    lines = [f"{ref} is {state}: {report.people} people when it was confirmed, sent to {report.sent}."]
    lines += [f"  {number} {status.name.lower()}" for status, number in report.counts.items()]
    for cause in report.causes:
        why = say_reason(cause.reason, language) if cause.reason else "No reason is known."
        lines.append(f"  {cause.people} {cause.status.name.lower()}: {why}")
    lines.append(f"{report.answered} have written since, {report.opted_out} have opted out since.")
    price = hub.contact.text_price
    cost = f", about ${report.texts * price:,.2f}" if price else ""
    lines.append(f"{report.texts} part(s) of text messages{cost}.")
    lines.append(f"Write again to who did not answer: peoplepower broadcast --to not_answered={ref} --text …")
    return lines


def report_rows(path: Path, environ: Mapping[str, str], ref: str, language: str) -> list[Mapping[str, object]]:
    """Tell what came of a broadcast for each person.

    Raises:
        MistakeError: there is no such broadcast.
    """
    with open_hub(path, environ) as (database, hub), database.reading() as transaction:
        rows = broadcast_report.list_messages(transaction, find(transaction, hub, ref))
        return [{**row, "reason": say_reason(str(row["reason"]), language) if row["reason"] else ""} for row in rows]


def save_audience(path: Path, environ: Mapping[str, str], name: str, to: Sequence[str]) -> str:
    """Keep a choice of people under a name; say how many it means now."""
    with open_hub(path, environ) as (database, hub), database.session() as transaction:
        recipients = read_recipients(to, transaction, hub)
        broadcasts.save_audience(transaction, hub.id, name, recipients, author=_AUTHOR, now=utc_now())
        people = broadcasts.count_recipients(transaction, hub, recipients, utc_now())
    return f"Kept as {name.strip()}: {people} people now. Use it with --to saved={name.strip()!r}."


def drop_audience(path: Path, environ: Mapping[str, str], name: str) -> str:
    """Forget a choice of people.

    Raises:
        MistakeError: nothing is kept under the name.
    """
    with open_hub(path, environ) as (database, hub), database.session() as transaction:
        if not broadcasts.drop_audience(transaction, hub.id, name):
            raise MistakeError("Nothing is kept under this name; see peoplepower broadcast saved.")
    return "Forgotten. Broadcasts that used it keep their people."


def saved_lines(path: Path, environ: Mapping[str, str]) -> list[str]:
    """List the choices of people that were kept, one a line."""
    now = utc_now()
    with open_hub(path, environ) as (database, hub), database.reading() as transaction:
        return [
            f"{row.name}: {broadcasts.count_recipients(transaction, hub, Recipients.from_json(row.recipients), now)}"
            f" people, {row.recipients}"
            for row in broadcasts.list_audiences(transaction, hub.id)
        ]
