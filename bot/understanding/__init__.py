"""PURE: text in, ranked guesses out. ``build(content) -> Reader``, ``understand(text, reader, context) -> Understanding``."""
