"""The course: exercises as data, their checks, progress, and the story's worlds."""

from iamlab.lessons import checks, overview, predict
from iamlab.lessons.checks import check, hint
from iamlab.lessons.overview import course_map, facts_as_of
from iamlab.lessons.predict import reveal
from iamlab.views.display import register

register({checks.Result: checks.html, predict.Reveal: predict.html, overview.CourseMap: overview.map_html})

__all__ = ["check", "course_map", "facts_as_of", "hint", "reveal"]
