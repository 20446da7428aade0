"""A network as code that runs elsewhere, and as tables of other formats."""
