"""The one error of this room."""


class SealError(Exception):
    """Does not open: wrong key, changed bytes, another place, an unknown suite. It never says which."""
