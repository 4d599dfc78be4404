"""One file per fault: a frozen dataclass whose fields are the YAML keys."""
