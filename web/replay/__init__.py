"""The page from which a replay is driven."""
