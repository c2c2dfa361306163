"""Measures: a card of facts from definitions, and the sums that turn a card and a place into figures."""
