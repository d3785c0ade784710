"""Kept: the tip (举报件), its sealed text, photos, messages, identity."""
