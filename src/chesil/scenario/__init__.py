"""Scenarios: edits as pure verbs that make another place, what clashes, and the ledgers of what each changed."""
