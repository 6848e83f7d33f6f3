"""How the schema came to be, one step a file; it only moves forward, since a step back would lose what people told us."""
