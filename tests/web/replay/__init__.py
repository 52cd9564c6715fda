"""The page that drives a replay."""
