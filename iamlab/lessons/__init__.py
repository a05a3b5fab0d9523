"""The course: exercises as data, their checks, progress, and the story's worlds."""

from iamlab.lessons import eight, overview, predict, result
from iamlab.lessons.checks import begin, check, hint
from iamlab.lessons.eight import compare_eight, eight_requests
from iamlab.lessons.eight_answers import record_eight
from iamlab.lessons.glossary import Glossary, glossary, glossary_html
from iamlab.lessons.overview import course_map, facts_as_of
from iamlab.lessons.predict import reveal
from iamlab.lessons.progress_codes import progress_code, restore_progress
from iamlab.views.display import register

register(
    {
        result.Result: result.html,
        predict.Reveal: predict.html,
        overview.CourseMap: overview.map_html,
        eight.Questions: eight.questions_html,
        eight.Comparison: eight.comparison_html,
        Glossary: glossary_html,
    }
)

__all__ = [
    "begin",
    "check",
    "compare_eight",
    "course_map",
    "eight_requests",
    "facts_as_of",
    "glossary",
    "hint",
    "progress_code",
    "record_eight",
    "restore_progress",
    "reveal",
]
