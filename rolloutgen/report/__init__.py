"""Results as text, JSON, Markdown, HTML, SVG and the formats of CI systems. Functions return text; none prints."""
