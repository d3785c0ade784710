"""Rule sets under control (职责清单的修订): drafts, versions, trials, and which set is in force."""
