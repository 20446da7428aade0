"""The page "Tasks": one picture, what each task puts out for it, and how good that is."""
