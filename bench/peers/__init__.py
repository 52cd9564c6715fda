"""The same jobs done with other people's tools, to be compared in the same run."""
