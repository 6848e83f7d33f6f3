"""What an operator types to plan: ``peoplepower sites | holidays | shifts``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

sites = typer.Typer(name="sites", help="The places where people serve or train.", no_args_is_help=True)
holidays = typer.Typer(name="holidays", help="Days without school.", no_args_is_help=True)
shifts = typer.Typer(name="shifts", help="Trainings and shifts: plan, change, call off.", no_args_is_help=True)

_SETTINGS: Final = Path("config.toml")
_Config = Annotated[Path, typer.Option("--config", "-c", help="The settings, see config.example.toml.")]
_Ref = Annotated[str, typer.Argument(help="The reference that shifts list shows.")]


class Kind(StrEnum):
    """What is planned."""

    TRAINING = "training"
    SHIFT = "shift"


class Which(StrEnum):
    """How many of a series are meant."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@sites.command("add")
def add_site(
    name: Annotated[str, typer.Argument(help="As people know it: Lincoln School.")],
    street: Annotated[str, typer.Option(help="Told to people who are booked there.")] = "",
    city: Annotated[str, typer.Option(help="Else that of the ZIP code.")] = "",
    state: Annotated[str, typer.Option(help="Two letters; else that of the ZIP code.")] = "",
    zip_code: Annotated[str, typer.Option("--zip", help="Five digits: tells zone, and how far people live.")] = "",
    zone: Annotated[str | None, typer.Option(help="IANA zone; else that of the ZIP code.")] = None,
    partner: Annotated[str | None, typer.Option(help="The nonprofit that runs it.")] = None,
    supervisor: Annotated[str, typer.Option(help="Who of the partner answers for the volunteers there.")] = "",
    supervisor_contact: Annotated[str, typer.Option(help="Their phone or e-mail.")] = "",
    config: _Config = _SETTINGS,
) -> None:
    """Add a place."""
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        typer.echo(
            places.add_site(
                desk,
                name,
                street=street,
                city=city,
                state=state,
                zip_code=zip_code,
                zone=zone,
                partner=partner,
                supervisor=supervisor,
                contact=supervisor_contact,
            )
        )


@sites.command("list")
def list_sites(config: _Config = _SETTINGS) -> None:
    """Show the places."""
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        _show(places.list_sites(desk))


@sites.command("move")
def move_site(
    site: Annotated[str, typer.Argument(help="Its name or number.")],
    zone: Annotated[str, typer.Option(help="The IANA zone where it is now.")],
    config: _Config = _SETTINGS,
) -> None:
    """Put a place into another time zone; its shifts keep their wall clock, and who is booked is told."""
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        _show(places.move_site(desk, site, zone))


@holidays.command("add")
def add_holidays(
    day: Annotated[str, typer.Argument(help="Like 2027-01-18.")],
    until: Annotated[str | None, typer.Option(help="The last day, for several.")] = None,
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    site: Annotated[str | None, typer.Option(help="Only there.")] = None,
    call_off: Annotated[bool, typer.Option("--call-off", help="Call off what a rule has planned on them.")] = False,
    config: _Config = _SETTINGS,
) -> None:
    """Note days without school; what comes again by a rule skips them."""
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        _show(places.add_holidays(desk, day, until=until, name=name, site=site, call_off=call_off))


@holidays.command("list")
def list_holidays(config: _Config = _SETTINGS) -> None:
    """Show the days without school."""
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        _show(places.list_holidays(desk))


@shifts.command("add")
def add_slots(
    title: Annotated[str, typer.Option(help="Its name.")],
    at: Annotated[str, typer.Option(help="First day and time by the clock of the place, like 2027-01-12T17:00.")],
    minutes: Annotated[int, typer.Option(min=1, help="How long it takes.")],
    capacity: Annotated[int, typer.Option(min=0, help="How many people can come.")],
    kind: Annotated[Kind, typer.Option(help="A training or a shift.")] = Kind.SHIFT,
    title_es: Annotated[str | None, typer.Option("--title-es", help="Its name in Spanish.")] = None,
    rule: Annotated[str | None, typer.Option(help="How it comes again, like FREQ=WEEKLY;BYDAY=MO,WE.")] = None,
    site: Annotated[str | None, typer.Option(help="Where: name or number of a place.")] = None,
    place: Annotated[str, typer.Option(help="Where there is no place: words and link of an online meeting.")] = "",
    zone: Annotated[str | None, typer.Option(help="IANA zone of an online meeting; else the hub's.")] = None,
    role: Annotated[str | None, typer.Option(help="Only for this role; else for anybody.")] = None,
    course: Annotated[str | None, typer.Option(help="Of a training: what it teaches.")] = None,
    needs: Annotated[list[str] | None, typer.Option(help="A course one must have done; repeatable.")] = None,
    subject: Annotated[str | None, typer.Option(help="School subject: reading, math.")] = None,
    grades: Annotated[str, typer.Option(help="School grades: K-2, 6-8.")] = "",
    language: Annotated[str | None, typer.Option(help="Spoken with the children, like es; else English.")] = None,
    remind: Annotated[
        list[str] | None, typer.Option(help="one_week, three_days, day_before, two_hours; repeatable; else the last 3.")
    ] = None,
    one_to_one: Annotated[bool, typer.Option("--one-to-one", help="One adult, one child: nobody under 18.")] = False,
    unsupervised: Annotated[
        bool, typer.Option("--unsupervised", help="No vetted adult is in sight all the time: nobody under 18.")
    ] = False,
    config: _Config = _SETTINGS,
) -> None:
    """Plan a training or a shift, once or by a rule."""
    from bot import planning
    from bot.commands import places
    from flows.facts import SlotKind

    wanted = planning.Wanted(
        kind=SlotKind(kind.value),
        title=title,
        title_es=title_es,
        at=at,
        minutes=minutes,
        capacity=capacity,
        rule=rule,
        site=site,
        place=place,
        zone=zone,
        role=role,
        supervised=not unsupervised,
        one_to_one=one_to_one,
        course=course,
        needs=needs or [],
        subject=subject,
        grades=grades,
        language=language,
        remind=remind or [],
    )
    with places.open_desk(config, os.environ) as desk:
        _show(planning.add_slots(desk, wanted))


@shifts.command("list")
def list_slots(
    kind: Annotated[Kind | None, typer.Option(help="Only trainings, or only shifts.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How far ahead.")] = 28,
    config: _Config = _SETTINGS,
) -> None:
    """Show what is planned, with its references, seats and lines."""
    from bot import planning
    from bot.commands import places
    from flows.facts import SlotKind

    with places.open_desk(config, os.environ) as desk:
        _show(planning.list_slots(desk, kind=SlotKind(kind.value) if kind else None, days=days))


@shifts.command("edit")
def edit_slots(
    ref: _Ref,
    which: Annotated[Which, typer.Option(help="This one, this and those after it, or all to come.")] = Which.ONE,
    at: Annotated[str | None, typer.Option(help="New day and time of one, like 2027-01-12T17:00.")] = None,
    time_of_day: Annotated[str | None, typer.Option("--time", help="New time of day, like 15:30.")] = None,
    minutes: Annotated[int | None, typer.Option(min=1, max=1440, help="How long it takes.")] = None,
    capacity: Annotated[int | None, typer.Option(min=0, help="How many can come; nobody booked is dropped.")] = None,
    title: Annotated[str | None, typer.Option(help="Its name.")] = None,
    title_es: Annotated[str | None, typer.Option("--title-es", help="Its name in Spanish.")] = None,
    site: Annotated[str | None, typer.Option(help="Name or number of another place.")] = None,
    place: Annotated[str | None, typer.Option(help="Words and link of an online meeting.")] = None,
    one_to_one: Annotated[
        bool | None, typer.Option("--one-to-one/--in-a-group", help="One adult, one child: who is under 18 leaves.")
    ] = None,
    supervised: Annotated[
        bool | None,
        typer.Option(
            "--supervised/--unsupervised", help="A vetted adult in sight all the time; else who is under 18 leaves."
        ),
    ] = None,
    role: Annotated[str | None, typer.Option(help="Only for this role; none for anybody.")] = None,
    subject: Annotated[str | None, typer.Option(help="School subject: reading, math; none for any.")] = None,
    grades: Annotated[str | None, typer.Option(help="School grades: K-2, 6-8; none for all.")] = None,
    language: Annotated[str | None, typer.Option(help="Spoken with the children, like es; none for English.")] = None,
    needs: Annotated[
        list[str] | None,
        typer.Option(help="A course one must have done; repeatable, in place of those before; none for no course."),
    ] = None,
    course: Annotated[str | None, typer.Option(help="Of a training: what it teaches; none for nothing.")] = None,
    config: _Config = _SETTINGS,
) -> None:
    """Change what is planned: everybody booked keeps their place, is told what changed, and can answer."""
    from bot import for_whom, planning
    from bot.commands import places
    from storage.changes import Reach

    with places.open_desk(config, os.environ) as desk:
        _show(
            planning.edit_slots(
                desk,
                ref,
                which=Reach(which.value),
                at=at,
                time_of_day=time_of_day,
                minutes=minutes,
                capacity=capacity,
                title=title,
                title_es=title_es,
                site=site,
                place=place,
                supervised=supervised,
                one_to_one=one_to_one,
                whom=for_whom.Whom(
                    role=role, subject=subject, grades=grades, language=language, course=course, needs=needs or None
                ),
            )
        )


@shifts.command("cancel")
def cancel_slots(
    ref: _Ref,
    which: Annotated[Which, typer.Option(help="This one, this and those after it, or all to come.")] = Which.ONE,
    config: _Config = _SETTINGS,
) -> None:
    """Call off what is planned: whoever is booked or waits is told and shown the way to others."""
    from bot import planning
    from bot.commands import places
    from storage.changes import Reach

    with places.open_desk(config, os.environ) as desk:
        _show(planning.call_off(desk, ref, which=Reach(which.value)))


@shifts.command("explain")
def explain(
    person: Annotated[str, typer.Argument(help="Their reference, or the phone or id they write from.")],
    config: _Config = _SETTINGS,
) -> None:
    """Say of each open training and shift why it is offered to a person or not."""
    from bot import planning
    from bot.commands import places

    with places.open_desk(config, os.environ) as desk:
        _show(planning.explain(desk, person))


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
