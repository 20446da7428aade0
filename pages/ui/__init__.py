"""What the pages share; the only place that knows Streamlit's state and caches."""
