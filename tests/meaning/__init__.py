"""Meanings of a change."""
