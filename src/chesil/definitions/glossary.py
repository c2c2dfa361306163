"""The glossary: every word with its meaning, once; run as a module it prints GLOSSARY.md."""

from collections.abc import Sequence

from chesil.definitions import FOLDER, load_definition_file


def glossary() -> tuple[tuple[str, str], ...]:
    """Every word of `glossary.toml` with its meaning, in the order of the file."""
    record = load_definition_file(FOLDER / "glossary.toml")
    return tuple((str(entry["word"]), str(entry["meaning"])) for entry in record["term"])


def as_markdown(words: Sequence[tuple[str, str]]) -> str:
    """The words as the table of GLOSSARY.md."""
    rows = "".join(f"| **{word}** | {meaning} |\n" for word, meaning in words)
    return f"# Glossary\n\n| word | meaning |\n|---|---|\n{rows}"


if __name__ == "__main__":
    print(as_markdown(glossary()), end="")
