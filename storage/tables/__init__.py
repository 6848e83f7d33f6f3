"""The schema: one SQLModel class a table, each row belonging to a hub."""

from storage.tables.audit import AuditHeadRow, AuditRow
from storage.tables.base import Instant, Table, from_micros, new_message_ref, new_ref, to_micros
from storage.tables.covering import CoverAskRow, CoverRow, SwapRow, WaitRow
from storage.tables.desk import CannedReplyRow, NoteRow
from storage.tables.flows import DraftTextRow, FlowRevision, PublicationRow
from storage.tables.hours import HoursRow
from storage.tables.hub import HolidayRow, HubRow, Partner, Site
from storage.tables.links import LinkRow, SuppressionRow, WrongCodeRow
from storage.tables.messages import BroadcastRow, InboundRow, OutboxRow, SavedAudienceRow, SpendingRow
from storage.tables.organisations import AllowanceRow, LetterRow, MembershipRow, OrganisationRow, ReservationRow
from storage.tables.people import (
    AddressRow,
    ChannelPreferenceRow,
    ConsentRow,
    ConversationRow,
    PersonRow,
    TaskRow,
    TimerRow,
)
from storage.tables.programs import DeliveryRow, ErasureRow, RepeatRow, TokenRow, WebhookRow
from storage.tables.requirements import (
    GuardianConsentRow,
    GuardianRow,
    RefereeRow,
    RequirementPolicyRow,
    RequirementRow,
    SiteRequirementRow,
)
from storage.tables.schedule import BookingRow, CalendarMailRow, ReminderRow, SeriesRow, SlotRow
from storage.tables.users import InvitationRow, UserRow, UserSessionRow, UserSiteRow

__all__ = [
    "AddressRow",
    "AllowanceRow",
    "AuditHeadRow",
    "AuditRow",
    "BookingRow",
    "BroadcastRow",
    "CalendarMailRow",
    "CannedReplyRow",
    "ChannelPreferenceRow",
    "ConsentRow",
    "ConversationRow",
    "CoverAskRow",
    "CoverRow",
    "DeliveryRow",
    "DraftTextRow",
    "ErasureRow",
    "FlowRevision",
    "GuardianConsentRow",
    "GuardianRow",
    "HolidayRow",
    "HoursRow",
    "HubRow",
    "InboundRow",
    "Instant",
    "InvitationRow",
    "LetterRow",
    "LinkRow",
    "MembershipRow",
    "NoteRow",
    "OrganisationRow",
    "OutboxRow",
    "Partner",
    "PersonRow",
    "PublicationRow",
    "RefereeRow",
    "ReminderRow",
    "RepeatRow",
    "RequirementPolicyRow",
    "RequirementRow",
    "ReservationRow",
    "SavedAudienceRow",
    "SeriesRow",
    "Site",
    "SiteRequirementRow",
    "SlotRow",
    "SpendingRow",
    "SuppressionRow",
    "SwapRow",
    "Table",
    "TaskRow",
    "TimerRow",
    "TokenRow",
    "UserRow",
    "UserSessionRow",
    "UserSiteRow",
    "WaitRow",
    "WebhookRow",
    "WrongCodeRow",
    "from_micros",
    "new_message_ref",
    "new_ref",
    "to_micros",
]
