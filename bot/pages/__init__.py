"""The pages that links open for people outside: no account, one purpose each, nothing private before a one-time code."""

from bot.pages.calendar import calendar_routes
from bot.pages.desk import Desk
from bot.pages.routes import link_routes, page_assets

__all__ = ("Desk", "calendar_routes", "link_routes", "page_assets")
