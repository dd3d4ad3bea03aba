"""YAML in, immutable Content out. ``content_files.py`` alone opens files; ``schema.py`` holds the messages admins read."""
