"""Act: the one function that takes a tip (举报件) in, whatever the door."""
