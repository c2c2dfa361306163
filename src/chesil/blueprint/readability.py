"""How hard a text is to read: the Flesch-Kincaid grade, and the reading age that goes with it."""

import re

VOWELS = re.compile(r"[aeiouy]+")
SCHOOL_BEGINS = 5
"""Years of age that a grade of American schools begins after: a child of grade seven is about twelve."""


def syllables(word: str) -> int:
    """Syllables of an English word by its groups of vowels, a silent last "e" not counted; at least one.

    A rule of thumb: it errs by one in some words, which evens out over a page.
    """
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(VOWELS.findall(letters))
    if letters.endswith("e") and not letters.endswith(("le", "ee")) and count > 1:
        count -= 1
    if (
        letters.endswith(("ed", "es"))
        and not letters.endswith(("ted", "ded", "ses", "ces", "zes", "shes", "ches"))
        and count > 1
    ):
        count -= 1
    return max(count, 1)


def grade(sentences: list[str]) -> float:
    """The Flesch-Kincaid grade of some sentences (Kincaid, Fishburne, Rogers and Chissom, 1975).

    Numbers are left out, since the formula was fitted to words. Raises `ValueError` where there is no word.
    """
    words = [w for s in sentences for w in re.findall(r"[A-Za-z’']+", s)]
    if not words:
        raise ValueError("there is no word to judge")
    per_sentence = len(words) / len(sentences)
    per_word = sum(syllables(w) for w in words) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def reading_age(sentences: list[str]) -> float:
    """The age in years at which a text can be read: its grade and five."""
    return grade(sentences) + SCHOOL_BEGINS


def sentences_of(text: str) -> list[str]:
    """A text cut at full stops, question marks and exclamation marks that end a sentence."""
    return [s for s in re.split(r"(?<=[.!?])\s+", text.strip()) if re.search("[A-Za-z]", s)]
