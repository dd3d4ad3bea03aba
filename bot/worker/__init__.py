"""ASYNC: the loops that carry messages from the inbox through a turn to the outbox and out."""
