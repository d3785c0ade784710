"""Act: monthly counters and reports (统计)."""
