"""`px add` and `px remove`: which packages a project's Worker has."""
