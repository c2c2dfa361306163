"""Routes: travel times over OpenStreetMap's roads and published timetables, from files that the user names."""
