"""Rows of choices in which every two choices of different questions occur together: small, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

Pair = tuple[tuple[str, int], tuple[str, int]]


def pairwise(choices: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Few rows that hold every pair; greedy, each row begins with a pair that is still missing."""
    left = list(_pairs({name: range(len(values)) for name, values in choices.items()}))
    rows = []
    while left:
        row = dict(left[0])
        for name, values in choices.items():
            if name not in row:
                row[name] = max(range(len(values)), key=lambda at, name=name: _covered({**row, name: at}, left))
        rows.append({name: choices[name][at] for name, at in row.items()})
        left = [pair for pair in left if not _holds(row, pair)]
    return rows


def _pairs(choices: Mapping[str, Sequence[int]]) -> Iterator[Pair]:
    for one, other in combinations(choices, 2):
        yield from (((one, a), (other, b)) for a in choices[one] for b in choices[other])


def _holds(row: Mapping[str, int], pair: Pair) -> bool:
    return all(row.get(name) == at for name, at in pair)


def _covered(row: Mapping[str, int], pairs: Sequence[Pair]) -> int:
    return sum(_holds(row, pair) for pair in pairs)
