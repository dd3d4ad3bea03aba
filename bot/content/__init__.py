"""YAML in, immutable Content out. ``read.py`` alone opens files; ``schema.py`` holds the messages admins read."""
