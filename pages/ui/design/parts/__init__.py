"""What can be seen and done of a design besides its table, one part at a time; a closed part computes nothing."""
