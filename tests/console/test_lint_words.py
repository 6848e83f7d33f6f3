"""Whatever the linter finds is told to coordinators in plain words of their language."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import flows.lint
from bot.console.words import read_words
from flows.lint.sight import Rule


def _rules() -> set[str]:
    modules = [import_module(f"flows.lint.{found.name}") for found in pkgutil.iter_modules(flows.lint.__path__)]
    return {rule.id for module in modules for rule in vars(module).values() if isinstance(rule, Rule)}


def test_each_rule_of_the_linter_has_words_and_no_word_is_left_over() -> None:
    named = {key.removeprefix("rule.") for key in read_words("flows").texts if key.startswith("rule.")}

    assert {"one-question", "reading-grade", "unreachable"} <= _rules()
    assert named == _rules()
