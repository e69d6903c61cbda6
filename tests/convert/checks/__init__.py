"""Findings of a conversion: each kind on a small chart that has it and on one that has not."""
