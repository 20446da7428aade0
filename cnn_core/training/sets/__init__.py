"""Pictures to train on, read without Keras: what ships, what is drawn, a reader's own, what is downloaded."""
