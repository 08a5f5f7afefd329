"""How each language writes moments, for `|date:"DATETIME_FORMAT"`: 24 hours a day, short months."""
