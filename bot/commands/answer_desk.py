"""Correct an answer from the command line, beside a running process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot import config, correcting
from bot.app import utc_now
from bot.bringing import accounts_of
from bot.commands.operate import find_person
from bot.commands.vetting_desk import open_vetting
from storage.opening import open_store


def correct(path: Path, environ: Mapping[str, str], *, person: str, answer: str, value: str, by: str) -> str:
    """Correct one answer; return what follows from it.

    Raises:
        MistakeError: there is no such person or answer, or it cannot be read.
    """
    settings = config.load(path, environ)
    with open_vetting(path, environ) as desk, desk.database.reading() as session:
        ref = find_person(session, desk.hub.id, person).ref

    async def run() -> str:
        store = open_store(settings.database.url.get_secret_value(), desk.hub, key=settings.privacy.key_in_clear)
        await store.start()
        try:
            return await correcting.correct(
                store,
                desk.hub,
                desk.library,
                accounts_of(settings),
                person_ref=ref,
                field=answer,
                value=value,
                author=f"coordinator:{by}",
                now=utc_now(),
            )
        finally:
            await store.close()

    return asyncio.run(run())
