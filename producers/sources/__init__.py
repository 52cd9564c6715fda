"""Where bytes come from, one transport a file. A source yields lines and knows no format."""
