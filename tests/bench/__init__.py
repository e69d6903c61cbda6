"""Measurements: `python -m tests.bench convert`."""
