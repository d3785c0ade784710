"""Object store for sealed files, and memory that does not persist."""
