"""Core: table contracts, figures, receipts, periods and errors; it knows nothing of the NHS."""
