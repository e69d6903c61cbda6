"""Plans in words and data, one module a form. Every function returns text; none prints, none shows a Secret's value."""
