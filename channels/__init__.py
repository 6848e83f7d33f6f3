"""Talk to people over SMS, Slack and Telegram; each vendor is known in its own file alone."""
