"""Pure: law and practice as data, routing and reward arithmetic as functions."""
