"""Reviews of changes: sides, reports, drift."""
