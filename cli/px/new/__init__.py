"""`px new`: a project of one's own, outside px's checkout."""
