"""Location: which sites to open so that people travel little, with every answer proved or its gap said."""
