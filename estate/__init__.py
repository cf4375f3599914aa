"""Buildings, units, households, people and vehicles."""
