"""The two releases under which every chart is rendered."""

from .valuesets import LONG, SHORT

__all__ = ["LONG", "SHORT"]
