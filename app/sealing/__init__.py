"""Pure: all cryptography. No Flask, no SQLAlchemy; only `cryptography`."""
