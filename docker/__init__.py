"""What the containers run besides the desk itself."""
