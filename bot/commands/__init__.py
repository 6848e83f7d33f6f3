"""What an operator types: one file of words a group of commands, and beside it what carries them out."""
