"""Database functions of the bris de glace screens."""
