"""What a turn wants done; the engine only says it, the store and the shell do it."""

from __future__ import annotations

from flows.effects.broadcasts import BroadcastAct, DecideBroadcast, DraftBroadcast
from flows.effects.people import (
    CountWrongCode,
    Forget,
    JoinOrganisation,
    JoinPeople,
    MarkReachable,
    MoveStage,
    OfferCode,
    OptIn,
    OptOut,
    PauseSending,
    PreferChannel,
    RecordConsent,
    RefuseBroadcasts,
    Remember,
    ResumeSending,
    WantBroadcasts,
)
from flows.effects.places import (
    AnswerSwap,
    AskSwap,
    Book,
    BookSet,
    CheckIn,
    ClaimHours,
    Confirm,
    DeclineCover,
    JoinLine,
    LeaveLine,
    MissShift,
    Release,
)
from flows.effects.talk import AGAIN, Alert, ClearTimer, HandOff, MakeLink, Say, SendLinkAgain, SetTimer, TimerKind
from flows.effects.vetting import COUNT, FREED, AskGuardian, AskReferee, AskRequirements, DecideAsGuardian, LookAgain

Effect = (
    Say
    | Remember
    | MoveStage
    | RecordConsent
    | Book
    | BookSet
    | Release
    | DeclineCover
    | AskSwap
    | AnswerSwap
    | JoinLine
    | LeaveLine
    | Confirm
    | CheckIn
    | ClaimHours
    | MissShift
    | OptOut
    | OptIn
    | RefuseBroadcasts
    | WantBroadcasts
    | MarkReachable
    | HandOff
    | Alert
    | SetTimer
    | ClearTimer
    | PauseSending
    | ResumeSending
    | JoinOrganisation
    | CountWrongCode
    | AskRequirements
    | LookAgain
    | AskGuardian
    | AskReferee
    | DecideAsGuardian
    | MakeLink
    | SendLinkAgain
    | OfferCode
    | DraftBroadcast
    | DecideBroadcast
    | PreferChannel
    | JoinPeople
    | Forget
)

__all__ = [
    "AGAIN",
    "COUNT",
    "FREED",
    "Alert",
    "AnswerSwap",
    "AskGuardian",
    "AskReferee",
    "AskRequirements",
    "AskSwap",
    "Book",
    "BookSet",
    "BroadcastAct",
    "CheckIn",
    "ClaimHours",
    "ClearTimer",
    "Confirm",
    "CountWrongCode",
    "DecideAsGuardian",
    "DecideBroadcast",
    "DeclineCover",
    "DraftBroadcast",
    "Effect",
    "Forget",
    "HandOff",
    "JoinLine",
    "JoinOrganisation",
    "JoinPeople",
    "LeaveLine",
    "LookAgain",
    "MakeLink",
    "MarkReachable",
    "MissShift",
    "MoveStage",
    "OfferCode",
    "OptIn",
    "OptOut",
    "PauseSending",
    "PreferChannel",
    "RecordConsent",
    "RefuseBroadcasts",
    "Release",
    "Remember",
    "ResumeSending",
    "Say",
    "SendLinkAgain",
    "SetTimer",
    "TimerKind",
    "WantBroadcasts",
]
