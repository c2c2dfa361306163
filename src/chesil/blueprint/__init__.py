"""Blueprint: pages, maps, charts and files made from a plan; it rounds, words and publishes, and computes nothing."""
