"""Processes that compute beside the pages."""
