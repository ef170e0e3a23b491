"""What people type, read and look at, on one machine and on AWS."""
