"""Ask for what somebody has to bring before a shift."""

from __future__ import annotations

from flows.draft import Draft
from flows.effects import AskRequirements
from flows.facts import Hub
from flows.library import Library
from flows.rules.requirements import needs_of


def may_be_asked(library: Library, hub: Hub) -> bool:
    """Tell whether the hub asks anybody for anything that a coordinator decides about."""
    own = library.requirements
    return any(
        need.needed and need.course is None and own[need.kind].decides == "coordinator"
        for need in needs_of(own, hub.requires)
    )


def ask(draft: Draft) -> None:
    """Note what is asked of the person from now on; a coordinator looks after it."""
    needs = {need.kind: need.many for need in draft.needs_of_hub}
    kinds = tuple((kind, needs[kind]) for kind in draft.outstanding())
    if kinds:
        draft.note("asked_for", kinds=[kind for kind, _ in kinds])
        draft.effects.append(AskRequirements(kinds=kinds))
