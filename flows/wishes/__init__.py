"""Do what somebody wants besides answering: commands, a call, another channel, their data, a guardian asked."""
