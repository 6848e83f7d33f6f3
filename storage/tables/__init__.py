"""The schema: one SQLModel class a table, each row belonging to a hub."""

from storage.tables.base import Instant, Table, from_micros, new_message_ref, new_ref, to_micros
from storage.tables.flows import FlowRevision, PublicationRow
from storage.tables.hub import HubRow, Partner, Site
from storage.tables.messages import BroadcastRow, InboundRow, OutboxRow
from storage.tables.people import AddressRow, ConsentRow, ConversationRow, PersonRow, StageChange, TaskRow, TimerRow
from storage.tables.schedule import BookingRow, ReminderRow, SlotRow

__all__ = [
    "AddressRow",
    "BookingRow",
    "BroadcastRow",
    "ConsentRow",
    "ConversationRow",
    "FlowRevision",
    "HubRow",
    "InboundRow",
    "Instant",
    "OutboxRow",
    "Partner",
    "PersonRow",
    "PublicationRow",
    "ReminderRow",
    "Site",
    "SlotRow",
    "StageChange",
    "Table",
    "TaskRow",
    "TimerRow",
    "from_micros",
    "new_message_ref",
    "new_ref",
    "to_micros",
]
