"""What all doors share: base templates, static files, catalogues, headers, sessions, error pages."""
