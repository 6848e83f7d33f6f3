"""The domain's decisions as pure functions over stored facts."""
