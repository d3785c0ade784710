"""Door: flask setup, the demonstration, the supervisor, backup."""
