"""Base, column types, engines and the unit of work."""
