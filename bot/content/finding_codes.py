"""All codes of ``lotse check`` and what each family is about. Codes are stable: a number is never used for anything else."""

from collections.abc import Mapping

FINDING_CODES: Mapping[str, str] = {
    # syntax and limits
    "KB001": "a file cannot be read, or is no ordinary file",
    "KB002": "not valid YAML",
    "KB003": "a key stands twice",
    "KB004": "anchors, aliases, merge keys, tags, several documents",
    "KB005": "yes, no, on, off without quotes; a day that does not exist",
    "KB006": "a file of more than 256 KiB",
    "KB007": "more than twelve levels of nesting",
    "KB008": "a text of more than 4,000 characters",
    "KB009": "not UTF-8, a byte order mark, tabs, invisible or composed characters",
    # structure
    "KB010": "an unknown key",
    "KB011": "one language is missing",
    "KB012": "a reference that leads nowhere",
    "KB013": "an id that is taken",
    "KB014": "an id, area or kind that is not the name of its file or folder",
    "KB015": "a file nothing is read from, a contact nobody names",
    "KB016": "a value of the wrong form",
    "KB017": "a missing key",
    "KB018": "a first line that does not name the right schema",
    "KB019": "something that refers to itself",
    # facts and time
    "KB020": "a figure without source, or one that says that nothing is known",
    "KB021": "days between two versions",
    "KB022": "two versions on one day",
    "KB023": "a missing or unknown unit",
    "KB024": "a value that does not fit its unit, days that do not fit",
    "KB025": "a figure in a text",
    "KB026": "an address that is not https",
    "KB027": "past its review, or no version in force: not shown",
    "KB028": "due for review soon, or a source that was not compared for long",
    "KB029": "a fact no text uses",
    # matching
    "KB030": "the same sentence in two places",
    "KB031": "the same name for two topics",
    "KB032": "a phrase that cannot be read",
    "KB033": "a phrase that stands for too many sentences",
    "KB034": "a sentence twice in one place, or as example and counterexample",
    "KB035": "an aspect of its own without title or ways to ask for it",
    "KB036": "a phrase or name without a word in it",
    "KB037": "too few examples",
    # answers
    "KB040": "no overview",
    "KB041": "braces that lead nowhere",
    "KB042": "different facts in the two languages",
    "KB043": "a former or first day that no version has, a fact only older versions have",
    "KB044": "HTML, control signs, links without words",
    "KB045": "a text longer than one message block",
    "KB046": "a sentence of more than 25 words",
    "KB047": "words that promise",
    "KB048": "an answer no source carries",
    "KB049": "a field of the module blocks without exactly one sentence",
    # tests
    "KB060": "too few test sentences",
    "KB061": "a test sentence that is an example already",
    "KB062": "personal data in a test sentence",
    "KB063": "a test sentence that must lead to two places",
}
