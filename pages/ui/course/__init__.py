"""The course: lessons over the pages, a strip beside the tool, what the reader has answered, words and their search."""
