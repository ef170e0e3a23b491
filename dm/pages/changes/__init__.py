"""Shows what differs between two states of gold tables: as text, as Markdown, and as a page."""
