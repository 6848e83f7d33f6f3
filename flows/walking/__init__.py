"""Go from step to step: into called flows and out, back, and past what still stands."""
