"""The demo's page: be anybody on any channel, read what outsiders are sent, let time pass."""
