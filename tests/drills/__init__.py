"""Drills: what is promised, done for real and counted. ``python -m tests.drills`` runs them all in full."""
