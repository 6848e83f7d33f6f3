"""Carry out what a turn wants done, within its transaction: facts first, as others read them, and forgetting last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from flows.effects import (
    AGAIN,
    Alert,
    AnswerSwap,
    AskGuardian,
    AskReferee,
    AskRequirements,
    AskSwap,
    Book,
    BookSet,
    CheckIn,
    ClaimHours,
    ClearTimer,
    Confirm,
    CountWrongCode,
    DecideAsGuardian,
    DecideBroadcast,
    DeclineCover,
    DraftBroadcast,
    Forget,
    HandOff,
    JoinLine,
    JoinOrganisation,
    JoinPeople,
    LeaveLine,
    LookAgain,
    MakeLink,
    MarkReachable,
    MissShift,
    MoveStage,
    OfferCode,
    OptIn,
    OptOut,
    PauseSending,
    PreferChannel,
    RecordConsent,
    RefuseBroadcasts,
    Release,
    Remember,
    ResumeSending,
    Say,
    SendLinkAgain,
    SetTimer,
    WantBroadcasts,
)
from flows.facts import Json, QuietHours
from flows.messages import Purpose
from storage.operations import (
    addresses,
    broadcast_texts,
    covers,
    forgetting,
    guardian_requests,
    guardians,
    guesses,
    hours,
    linking,
    links,
    memberships,
    people,
    preferences,
    referees,
    regating,
    reminders,
    requirements,
    seats,
    swaps,
    timers,
    waits,
)
from storage.operations.rows import write_choices
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Refused, Statement
from storage.store import OutboxStatus, Stale, TurnWrite
from storage.tables import new_message_ref, to_micros

_SAY: Final = """
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, turn, forget, expires_at, attempts, reason, created_at)
    VALUES (:hub, :ref, :dedupe_key, :channel, :account, :address_id, :person_id, :purpose, :priority, :status, :body,
        :choices, :step, :turn, :forget, :expires_at, 0, :reason, :now)
"""
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    VALUES (CAST(:hub AS TEXT), :person_id,
        (SELECT b.id FROM booking AS b WHERE b.hub = CAST(:hub AS TEXT) AND b.ref = :booking), :kind, :reason, :now)
"""


def perform_effects(turn: TurnWrite, scope: Scope, quiet_hours: QuietHours) -> Operation[int]:
    """Carry out the effects: facts first, as others read them, and forgetting last; return the number of messages."""
    facts: dict[str, Json] = {}
    moves: list[MoveStage] = []
    says: list[tuple[int, Say]] = []
    others: list[Operation[None]] = []  # begun, but not run before the facts are kept
    forget: Forget | None = None
    join: JoinPeople | None = None
    look: LookAgain | None = None
    secrets: dict[str, str] = {}
    for index, effect in enumerate(turn.effects):
        match effect:
            case Remember():
                facts[effect.field] = effect.value
            case MoveStage():
                moves.append(effect)
            case Say():
                says.append((index, effect))
            case Forget():
                forget = effect
            case RecordConsent():
                others.append(addresses.record_consent(scope, purpose=effect.purpose, wording=effect.wording))
            case OptOut():
                others.append(addresses.opt_out(scope, cause=effect.cause))
            case OptIn():
                others.append(addresses.opt_in(scope, cause=effect.cause))
            case RefuseBroadcasts() | WantBroadcasts():
                refuse = isinstance(effect, RefuseBroadcasts)
                others.append(addresses.refuse_broadcasts(scope, refuse=refuse, cause=effect.cause))
            case MarkReachable():
                others.append(addresses.mark_reachable(scope, reachable=effect.reachable))
            case Book():
                others.append(seats.book(scope, effect.slot, quiet_hours=quiet_hours, cover=effect.cover))
            case BookSet():
                whole = seats.book_set(
                    scope, effect.slot, days=effect.days, until=effect.until, quiet_hours=quiet_hours
                )
                others.append(whole)
            case Release():
                others.append(seats.release(scope, effect.booking, cause=effect.cause))
            case DeclineCover():
                status = "thanked" if effect.too_late else "declined"
                others.append(covers.answer(scope, effect.cover, status=status))
            case AskSwap():
                others.append(swaps.ask(scope, effect))
            case AnswerSwap():
                others.append(swaps.answer(scope, effect, quiet_hours=quiet_hours))
            case JoinLine():
                others.append(waits.join(scope, effect.slot))
            case LeaveLine():
                others.append(waits.leave(scope, effect.slot))
            case Confirm():
                others.append(seats.confirm(scope, effect.booking))
            case CheckIn():
                others.append(hours.check_in(scope, effect.booking))
            case ClaimHours():
                others.append(_claim(turn, scope, effect))
            case MissShift():
                others.append(hours.miss(scope, effect.booking, cause=effect.cause))
            case HandOff():
                others.append(_open_task(scope, kind="hand_off", reason=effect.reason))
            case Alert():
                others.append(_open_task(scope, kind=effect.kind, reason=effect.kind, booking=effect.booking))
                if effect.kind == "late" and effect.booking:
                    others.append(hours.note_late(scope, effect.booking))
            case SetTimer():
                others.append(timers.set_timer(scope, effect))
            case ClearTimer():
                others.append(timers.clear(scope))
            case PauseSending():
                others.append(addresses.pause(scope))
            case ResumeSending():
                others.append(addresses.resume(scope))
            case CountWrongCode():
                others.append(guesses.note(scope))
            case JoinOrganisation():
                others.append(memberships.join(scope, effect))
            case LookAgain():
                look = effect
            case AskRequirements():
                others.append(requirements.ask(scope, effect.kinds))
            case MakeLink():
                secrets["{token}"] = yield from links.make_own(scope, effect.purpose, beside=effect.beside)
            case SendLinkAgain():
                token = yield from links.again(scope, effect.purpose)
                secrets[AGAIN] = effect.sentence.replace("{token}", token) if token else ""
            case OfferCode():
                secrets["{code}"] = yield from linking.offer(scope, effect.purpose)
            case DraftBroadcast():
                secrets["{code}"] = yield from broadcast_texts.draft(scope, effect)
            case DecideBroadcast():
                others.append(broadcast_texts.decide(scope, effect))
            case PreferChannel():
                others.append(preferences.prefer(scope, effect))
            case JoinPeople():
                join = effect
            case AskGuardian():
                others.append(guardian_requests.ask(scope, effect))
            case AskReferee():
                others.append(referees.ask(scope, effect))
            case DecideAsGuardian():
                others.append(_decide(turn, effect))
            case _:
                assert_never(effect)
    if facts or moves:
        yield from people.change(scope, facts=facts, moves=[_move(move) for move in moves])
    if "zone" in facts:
        yield from reminders.replan(scope, quiet_hours)
    if "birth_date" in facts and look is None:
        yield from seats.release_unfit(scope)
    if look:
        released = {effect.booking for effect in turn.effects if isinstance(effect, Release)}
        freed = yield from regating.free(scope, look, released=released)
        says = [(i, replace(say, text=look.tell_freed(say.text, {*look.lost, *freed}))) for i, say in says]
        others.append(regating.settle(scope))
    if says:
        opted_out = any(isinstance(effect, OptOut) for effect in turn.effects)
        kinds = {"opted_out": opted_out, "forget": forget is not None}
        says = [(i, _filled(say, secrets)) for i, say in says]
        yield Batch(_SAY, [_message(turn, scope, i, say, **kinds) for i, say in says])
    for operation in others:
        yield from operation
    if join:
        yield from linking.join(scope, join.code)
    if forget:
        yield from forgetting.forget(scope, by_wish=forget.reason == "asked")
    return len(says)


def _filled(say: Say, secrets: Mapping[str, str]) -> Say:
    """Put secrets in their places: the engine never knows them."""
    text = say.text
    for name, secret in secrets.items():
        text = text.replace(name, secret)
    return replace(say, text=text.rstrip())  # of a link that leads to nothing any more not even its line is left


def _claim(turn: TurnWrite, scope: Scope, effect: ClaimHours) -> Operation[None]:
    """Claim hours; whoever decided on them meanwhile makes the turn think again."""
    if not (yield from hours.claim(scope, effect.booking, minutes=effect.minutes)):
        raise Refused(Stale())


def _move(effect: MoveStage) -> people.Move:
    return people.Move(stage=effect.stage, cause=effect.cause, author=effect.author)


def _decide(turn: TurnWrite, effect: DecideAsGuardian) -> Operation[None]:
    """Carry out what a guardian decides; whoever decided on a page meanwhile makes the turn think again."""
    if not (yield from guardians.decide(turn.hub, effect, turn.now)):
        raise Refused(Stale())


def _message(turn: TurnWrite, scope: Scope, index: int, say: Say, *, opted_out: bool, forget: bool) -> Params:
    dropped = opted_out and say.purpose is not Purpose.FAREWELL
    return {
        "hub": scope.hub,
        "ref": new_message_ref(scope.now),
        "dedupe_key": f"turn:{scope.person_id}:{scope.turn}:{index}",
        "channel": turn.address.channel,
        "account": turn.address.account,
        "address_id": scope.address_id,
        "person_id": scope.person_id,
        "purpose": say.purpose.value,
        "priority": say.purpose.priority,
        "status": int(OutboxStatus.DROPPED if dropped else OutboxStatus.READY),
        "body": say.text,
        "choices": write_choices(say.choices),
        "step": say.step,
        "turn": scope.turn,
        "forget": forget,
        "expires_at": to_micros(say.expires_at) if say.expires_at else None,
        "reason": "opted_out" if dropped else None,
        "now": scope.now,
    }


def _open_task(scope: Scope, *, kind: str, reason: str, booking: str | None = None) -> Operation[None]:
    yield Statement(
        _OPEN_TASK,
        {
            "hub": scope.hub,
            "person_id": scope.person_id,
            "booking": booking,
            "kind": kind,
            "reason": reason,
            "now": scope.now,
        },
    )
