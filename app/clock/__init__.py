"""Pure: working days and deadlines as functions of (events, calendar)."""
