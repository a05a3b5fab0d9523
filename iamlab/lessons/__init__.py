"""The course: exercises as data, their checks, progress, and the story's worlds."""

from iamlab.lessons import overview, predict, result
from iamlab.lessons.checks import begin, check, hint
from iamlab.lessons.overview import course_map, facts_as_of
from iamlab.lessons.predict import reveal
from iamlab.lessons.progress_codes import progress_code, restore_progress
from iamlab.views.display import register

register({result.Result: result.html, predict.Reveal: predict.html, overview.CourseMap: overview.map_html})

__all__ = ["begin", "check", "course_map", "facts_as_of", "hint", "progress_code", "restore_progress", "reveal"]
