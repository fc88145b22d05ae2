"""How fast the road is, next to plain durable transactions on the same server."""
