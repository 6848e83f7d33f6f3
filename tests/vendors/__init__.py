"""Small local servers that speak the vendors' wire formats, with faults on demand; written from their documentation."""
