"""The source side of a conversion: which edits make a chart's templates render what `transform` says.

The modules of `rewrite` know one kind of source each and nothing of each other; these say what is rewritten, and join
what belongs together (a Rollout and the names of its Services).
"""
