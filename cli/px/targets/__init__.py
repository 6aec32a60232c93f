"""px's side of targets: how they are shown, and what opens their providers."""
