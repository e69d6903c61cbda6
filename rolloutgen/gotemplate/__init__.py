"""Templated source as text: actions and blocks, outline, documents, what a place depends on, and edits of it."""
