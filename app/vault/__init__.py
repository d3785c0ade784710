"""Act: unsealing an identity (启封) and calling back (代联系), always by two."""
