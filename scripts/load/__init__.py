"""Many requests at once: instances behind a front, questions by the second, Lambda's scaling."""
