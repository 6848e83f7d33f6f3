"""Settings: the hub, its sites and partners, what people have to bring, and how the channels are."""

from bot.console.settings import organisations, overview, sites
from bot.console.settings.room import room

__all__ = ("organisations", "overview", "room", "sites")
