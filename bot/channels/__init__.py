"""ASYNC: platform events become inputs, deliveries become platform messages. All fill ``channel.py``."""
