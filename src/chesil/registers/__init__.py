"""Registers: the tables a user brings, their contracts, the one importer and the templates."""
