"""Ways of making a map smaller (ways), what each costs (costs) and what it does to a picture (effects)."""
