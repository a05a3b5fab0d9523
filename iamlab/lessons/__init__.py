"""Lessons: the course as data, the learner's folder, and what has been done in it."""
