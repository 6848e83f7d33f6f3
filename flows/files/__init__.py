"""Read flow files: their shape, their names, and every fault with its line."""
