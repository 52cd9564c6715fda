"""When may we say it?  The states of a contest that need no rule; rules and guards are added beside it."""
