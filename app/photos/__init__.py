"""Pure: photos are decoded and written anew in a bounded child process."""
