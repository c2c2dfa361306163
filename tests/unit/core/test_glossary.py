"""The glossary stands in one place, and GLOSSARY.md is made from it."""

from pathlib import Path

from chesil.definitions.glossary import as_markdown, glossary


def test_the_glossary_on_paper_is_the_one_of_the_package() -> None:
    file = Path(__file__).parents[3] / "GLOSSARY.md"
    how = "add words to src/chesil/definitions/glossary.toml, then: python -m chesil.definitions.glossary > GLOSSARY.md"
    assert file.read_text(encoding="utf-8") == as_markdown(glossary()), how


def test_no_word_is_explained_twice() -> None:
    words = [word.lower() for word, _ in glossary()]
    assert len(words) == len(set(words))
