"""What stands below the first glance: one part is open, and runs by itself."""
