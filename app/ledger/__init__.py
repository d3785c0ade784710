"""Kept: the append-only record (操作留痕)."""
