"""Analyses: each reads a place and gives figures; none imports another."""
