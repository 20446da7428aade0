"""Why a value is what it is: any value of any layer, opened down to the sum that made it."""
