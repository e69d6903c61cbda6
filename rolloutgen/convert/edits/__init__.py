"""One kind of source a module: what a conversion changes in it, as edits. `rewriting` says in which order they act."""
