"""The gold layer on AWS: what is packed, and where it goes."""
