"""Take a reply as an answer, or as a change of earlier ones; ask back where it is not clear."""
