"""Door: hotline centres hand tips in as JSON."""
