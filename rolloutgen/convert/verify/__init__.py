"""Two renders side by side: equal to what the conversion means, or an unexplained difference."""
