"""Methods: pure functions on plain arrays, each with its source; usable by themselves."""
