"""PURE: ``take_turn(state, input, understanding, content, now) -> Turn``. No clock, no chance, no waiting."""
