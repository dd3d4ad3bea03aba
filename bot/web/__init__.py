"""ASYNC: the pages people open in a browser. They read the store and listen; they never import a channel."""
