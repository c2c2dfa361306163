"""The command line: find a place, begin a study, ask for a figure, publish a blueprint, keep the data."""

import sys

import typer

from chesil.cli import (
    appraising,
    audit,
    closing,
    data,
    delivery,
    estate,
    figures,
    money,
    need,
    places,
    proposing,
    publishing,
    resilience,
    routes,
    siting,
    variation,
    workforce,
)
from chesil.cli.printing import err
from chesil.core.errors import ChesilError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Plan primary care in England, neighbourhood by neighbourhood, from open data. Begin with `places` and `new`.",
    rich_markup_mode=None,
    context_settings={"max_content_width": 110},
)
COMMANDS = (
    places.places,
    places.new,
    places.template,
    places.check,
    figures.figure,
    figures.journey,
    need.need,
    variation.variation,
    workforce.workforce,
    resilience.resilience,
    closing.what_if,
    closing.hand_back,
    estate.estate,
    money.money,
    delivery.delivery,
    audit.audit,
    appraising.appraise,
    appraising.equality,
    publishing.blueprint,
    publishing.verify,
    publishing.compare,
    routes.routes,
)
"""In the order in which a newcomer meets them."""
for command in COMMANDS:
    app.command()(command)
app.add_typer(data.data, name="data")
proposing.propose.command("sites")(siting.propose_sites)
app.add_typer(proposing.propose, name="propose")


def main() -> None:
    """Run the command line; a `ChesilError` is printed without a traceback and ends with its exit code.

    So is a file that cannot be read or written, such as one on a full disc.
    """
    try:
        app()
    except OSError as error:
        where = error.filename or "a file"
        err.print(f"{where}: {error.strerror or error}. Nothing was left half-written.", style="red", markup=False)
        sys.exit(1)
    except ChesilError as error:
        err.print(str(error), style="red", highlight=False, markup=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("Stopped. Nothing was changed.", style="red")
        sys.exit(130)
