"""Words of a document as plain text for formats without links: the figures as the edition may show them."""

from chesil.blueprint.book import Book
from chesil.blueprint.document import Shown, Words
from chesil.blueprint.words import figure_text


def shown_text(shown: "str | Shown", book: Book) -> str:
    """A word or a figure as text."""
    if isinstance(shown, str):
        return shown
    figure = book.figures[shown.figure.id]
    text = (shown.text if figure.is_known else "") or figure_text(figure, book.cards[figure.measure])
    return f"{text} [the practice replies: {figure.reply}]" if figure.reply else text


def plain(words: Words, book: Book) -> str:
    """A sentence as text."""
    return "".join(shown_text(w, book) for w in words)
