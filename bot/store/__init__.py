"""ASYNC: what must survive a stop. SQLAlchemy on SQLite or PostgreSQL; the rest of the program never sees a row."""
