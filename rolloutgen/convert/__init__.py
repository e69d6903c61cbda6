"""A chart from its survey to its plan: rewrites put together, proven, judged; and its first deployment."""
