"""Packs: the embedded open data of England as compact tables, each with its contract and receipts."""
