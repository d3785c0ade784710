"""Door: people, desks and posters; sees counts, never contents."""
