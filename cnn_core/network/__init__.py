"""Networks: named layers in order, their files, tables, changes and presets. Standard library only."""
