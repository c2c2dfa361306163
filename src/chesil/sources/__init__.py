"""Sources: one module a publication; `fetch` keeps the bytes, `read_` parses them."""
