"""Door: the scheduler and what it does by itself; it raises alarms and never re-seals."""
