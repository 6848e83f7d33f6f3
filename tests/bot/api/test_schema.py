"""The API keeps to its own description, whatever is sent to it, and never fails of itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from bot.api import Desk, build_api
from bot.meters import Meters
from flows.rules.programs import Scope
from storage import programs
from storage.database import Database
from tests.bot.api.conftest import HUB, NOW, Api
from tests.databases import NewDatabase

#: Of each route; thousands were tried once.
EXAMPLES = 12
#: Calls without a token are another test's, and no schema can say which cursor or phone number exists.
NOT_MEANT = [ignored_auth, positive_data_acceptance]


@pytest.fixture(scope="module")
def api(new_sqlite: NewDatabase) -> Iterator[Api]:
    """Return an API on one database for all examples."""
    with ExitStack() as stack:
        database = Database(stack.enter_context(new_sqlite()), key="k" * 32)
        stack.callback(database.close)
        desk = Desk(
            hub=HUB,
            database=database,
            now=lambda: NOW,
            wake=lambda _channel, _account: None,
            meters=Meters(),
            accounts={"sms": "MG1"},
            calls_a_minute=1_000_000,
        )
        yield Api(desk=desk, at=NOW, web=build_api(desk), woken=[])


def test_every_route_keeps_to_its_description(api: Api) -> None:
    with api.desk.database.session() as session:
        token = programs.add_token(session, "hub", name="all", scopes=tuple(Scope), now=NOW)
    ref = api.person()
    schema = schemathesis.openapi.from_asgi("/openapi.json", api.web)
    tried: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def try_it(case: schemathesis.Case[Any]) -> None:
            if "ref" in case.path_parameters and len(tried) % 2:
                case.path_parameters["ref"] = ref
            tried.append(case.operation.label)
            shown = {"authorization": f"Bearer {token}"}
            case.call_and_validate(headers=shown, excluded_checks=NOT_MEANT)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the client that schemathesis brings
            try_it()

    assert len(set(tried)) == 12
