"""Read the settings: one TOML file, any key of it overridden by the environment, into frozen values.

Every fault of a configuration is found in one pass, since an operator who is told of one at a time gives up. A fault
says where it is, what is wrong and what to write instead; it never repeats a secret.
"""

from bot.config.faults import ConfigError, Fault
from bot.config.keys import ENV_PREFIX, is_secret, keys, variable
from bot.config.reading import Reading, load, read
from bot.config.settings import Channels, Database, Email, Hub, Logs, Settings, Slack, Sms, Telegram, Web
from bot.config.values import PLACEHOLDER, is_loopback

__all__ = (
    "ENV_PREFIX",
    "PLACEHOLDER",
    "Channels",
    "ConfigError",
    "Database",
    "Email",
    "Fault",
    "Hub",
    "Logs",
    "Reading",
    "Settings",
    "Slack",
    "Sms",
    "Telegram",
    "Web",
    "is_loopback",
    "is_secret",
    "keys",
    "load",
    "read",
    "variable",
)
