"""The pages that people look at in a browser; what they need is carried in the package."""
