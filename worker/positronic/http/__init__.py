"""HTTP as the core sees it: address, query, body and fields."""
