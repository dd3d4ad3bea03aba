"""One small module per command: read the arguments, call, print."""
