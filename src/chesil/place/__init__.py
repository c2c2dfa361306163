"""Place: frozen tables of areas, practices and registrations for any part of England, as at a date."""
