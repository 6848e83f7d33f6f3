"""Reports: numbers about groups, as a table, a chart and a file."""

from bot.console.reports.page import room

__all__ = ("room",)
