"""Act: the outbox of notices; never a word of content."""
