"""Sets one folder's `blueprint.typ` as `blueprint.pdf`, as a program of its own: the 400 MB that it takes end with it.

Run as `python -P typesetting.py FOLDER FONTS`; with -P the modules beside it are not taken for Python's own. It imports
nothing of Chesil, so that it starts at once.
"""

import sys

import typst


def main() -> None:
    """Set the document, or print the setter's own words and end with 1."""
    folder, fonts = sys.argv[1:]
    try:
        typst.compile(
            f"{folder}/blueprint.typ",
            output=f"{folder}/blueprint.pdf",
            font_paths=[fonts],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
        )
    except RuntimeError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
