"""PURE: the rules of a case: states and events, who may do what, promises in working time, who is there."""
