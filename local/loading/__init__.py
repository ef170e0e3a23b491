"""Loading: from any place and form to one commit in silver."""
