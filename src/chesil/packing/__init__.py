"""Packing: builds the England pack from the publishers' raw files, the same bytes every time."""
