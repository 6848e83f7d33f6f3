"""How a message looks on each channel, and how a long one is cut."""

from __future__ import annotations

import pytest

from channels.base import PermanentError
from channels.capabilities import CAPABILITIES, SLACK, SMS, TELEGRAM
from channels.render import as_slack, as_sms, as_telegram, parts, require_sendable, split
from flows.messages import Choice, Tap
from tests.channels import wire

ROLES = {"step": "role", "choices": wire.ROLES}


def test_sms_numbers_its_choices_and_folds_costly_letters() -> None:
    shown = as_sms(wire.outbound("sms", "+1", "Who\u2019s there?", **ROLES))

    assert shown == "Who's there?\n1 Tutor\n2 Mentor"


def test_sms_keeps_letters_that_have_no_cheap_twin() -> None:
    assert as_sms(wire.outbound("sms", "+1", "你好 🙂")) == "你好 🙂"


def test_slack_shows_a_section_and_buttons() -> None:
    shown = as_slack(wire.outbound("slack", "U1", "a & b", **ROLES))

    section, actions = shown["blocks"]
    assert section == {"type": "section", "text": {"type": "mrkdwn", "text": "a &amp; b"}}
    assert [button["text"]["text"] for button in actions["elements"]] == ["Tutor", "Mentor"]
    assert Tap.decode(actions["elements"][0]["value"]) == Tap(step="role", choice="tutor")
    assert len({button["action_id"] for button in actions["elements"]}) == 2


def test_slack_shows_many_choices_as_a_menu() -> None:
    choices = tuple(Choice(id=str(number), label=str(number)) for number in range(26))

    (menu,) = as_slack(wire.outbound("slack", "U1", step="s", choices=choices))["blocks"][1]["elements"]

    assert menu["type"] == "static_select"
    assert len(menu["options"]) == 26


def test_slack_shortens_a_label_that_does_not_fit() -> None:
    choices = (Choice(id="a", label="x" * 80),)

    (button,) = as_slack(wire.outbound("slack", "U1", step="s", choices=choices))["blocks"][1]["elements"]

    assert len(button["text"]["text"]) == 75
    assert button["text"]["text"].endswith("…")


def test_telegram_shows_one_button_a_row() -> None:
    shown = as_telegram(wire.outbound("telegram", "1", "<b>&", **ROLES))

    assert shown["text"] == "&lt;b&gt;&amp;"
    assert [len(row) for row in shown["reply_markup"]["inline_keyboard"]] == [1, 1]


def test_text_alone_has_no_buttons() -> None:
    assert len(as_slack(wire.outbound("slack", "U1"))["blocks"]) == 1
    assert "reply_markup" not in as_telegram(wire.outbound("telegram", "1"))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("short", ("short",), id="fits"),
        pytest.param("aaaa bbbb cccc", ("aaaa bbbb", "cccc"), id="at a word"),
        pytest.param("aaaa bb\ncc dd", ("aaaa bb", "cc dd"), id="at a line"),
        pytest.param("aaaa b\n\nc d e", ("aaaa b", "c d e"), id="at a paragraph"),
        pytest.param("a\n\nbbbb cccc d", ("a\n\nbbbb", "cccc d"), id="not at a paragraph that ends too early"),
        pytest.param("a" * 25, ("a" * 10, "a" * 10, "a" * 5), id="anywhere"),
        pytest.param("aaaaaaaaaa bbb", ("aaaaaaaaaa", "bbb"), id="space right after the limit"),
        pytest.param("  aaaa   ", ("aaaa",), id="spaces around"),
        pytest.param("", ("",), id="empty"),
    ],
)
def test_text_is_split(text: str, pieces: tuple[str, ...]) -> None:
    assert split(text, 10) == pieces


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize(
    "text",
    ["word " * 3000, "x" * 9000, "🙂" * 5000, "&<>" * 3000, "…" * 4000, "a\n\n" * 4000],
    ids=["words", "no space", "emoji", "markup", "folded longer", "paragraphs"],
)
def test_every_part_fits_and_nothing_is_lost(name: str, text: str) -> None:
    whole = wire.outbound(name, "user", text, **ROLES)

    pieces = parts(whole, CAPABILITIES[name])

    for piece in pieces:
        require_sendable(piece, CAPABILITIES[name])
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("name", CAPABILITIES)
def test_parts_have_references_of_their_own_and_the_last_one_the_choices(name: str) -> None:
    pieces = parts(wire.outbound(name, "user", "word " * 1500, **ROLES), CAPABILITIES[name])

    assert [piece.reference for piece in pieces] == ["ref-1", *(f"ref-1.{n}" for n in range(2, len(pieces) + 1))]
    assert [bool(piece.choices) for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_message_that_fits_is_left_as_it_is() -> None:
    whole = wire.outbound("sms", "+1", "  Hello  ", **ROLES)

    assert parts(whole, SMS) == (whole,)


def test_list_of_choices_counts_on_sms() -> None:
    whole = wire.outbound("sms", "+1", "x" * 1590, **ROLES)

    assert len(parts(whole, SMS)) == 2
    assert len(parts(wire.outbound("telegram", "1", "x" * 1590, **ROLES), TELEGRAM)) == 1


def test_message_is_measured_as_the_strictest_provider_would() -> None:
    assert len(parts(wire.outbound("slack", "U1", "&" * 1000), SLACK)) == 2
    assert len(parts(wire.outbound("telegram", "1", "🙂" * 2049), TELEGRAM)) == 2


@pytest.mark.parametrize(
    ("step", "count", "code"),
    [("s", 101, "too_many_choices"), ("s" * 63, 1, "button_too_long"), ("ñ" * 32, 1, "button_too_long")],
)
def test_buttons_that_no_channel_shows_are_refused(step: str, count: int, code: str) -> None:
    choices = tuple(Choice(id=str(number), label="x") for number in range(count))

    with pytest.raises(PermanentError) as refused:
        require_sendable(wire.outbound("telegram", "1", step=step, choices=choices), TELEGRAM)

    assert refused.value.code == code
