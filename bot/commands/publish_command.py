"""Answer ``peoplepower flows publish``: show the plan, ask, publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import typer

from bot.app import utc_now
from bot.commands.flow_commands import look_through, report
from bot.mistake import MistakeError
from bot.opening import open_hub
from bot.publish import describe, plan, prepare, prepare_back, publish, summed
from flows.facts import Hub
from flows.files.sources import sources_in
from storage.database import Database


def run_publish(
    path: Path,
    environ: Mapping[str, str],
    *,
    folder: Path | None,
    back: bool,
    only_plan: bool,
    confirmed: bool,
    show: Callable[[str], None],
) -> bool:
    """Show what would become of whom, ask, and publish; tell whether nothing stood in the way.

    Args:
        folder: holds a hub's files; ``None`` brings back the program's own.
        back: take the last publication back instead.

    Raises:
        FlowError: a file cannot be read.
        MistakeError: there is nothing to take back, or no such folder.
    """
    if folder and not folder.is_dir():
        raise MistakeError(f"There is no folder {folder}.")
    with open_hub(path, environ) as (database, hub):
        return _run(database, hub, folder=folder, back=back, only_plan=only_plan, confirmed=confirmed, show=show)


def _run(
    database: Database,
    hub: Hub,
    *,
    folder: Path | None,
    back: bool,
    only_plan: bool,
    confirmed: bool,
    show: Callable[[str], None],
) -> bool:
    wanted = sources_in(folder) if folder else {}
    release = prepare_back(database, hub, utc_now()) if back else prepare(database, hub, wanted, utc_now())
    if errors := [] if back else [found for found in look_through(folder) if found["severity"] == "error"]:
        show(report(errors))
        show("Nothing was published. Mend the errors first.")
        return False
    for line in describe(plan(database, hub, release)):
        show(line)
    if only_plan:
        show("This was the plan: nothing was changed.")
        return True
    if not confirmed and not typer.confirm("Take it back?" if back else "Publish it?"):
        show("Nothing was changed.")
        return True
    counts = publish(database, hub, release, utc_now)
    show("Taken back." if back else "Published.")
    show(summed(counts))
    show("A running process takes it up within two seconds.")
    return True
