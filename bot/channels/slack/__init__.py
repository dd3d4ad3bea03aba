"""Slack as a channel: events and interactions in, messages, forms and the app's home out.

What arrives is read by pure functions (``slack_events.py``, ``interactions.py``), stored, and only then acknowledged, by
the same handlers whether it came by HTTP or by Socket Mode.
"""
