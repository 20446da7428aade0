"""What the page "Neuron" is made of."""
