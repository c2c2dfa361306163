"""Links of a study: written, read, refused by row and column, and used all or not at all."""

import numpy as np
import polars as pl
import pytest

from chesil.core.errors import InputRefused, NotFound
from chesil.core.receipt import Receipt
from chesil.place.links import range_from_links, study_times, times_for, times_from_links
from chesil.registers.links import read_links, read_links_folder, write_links

HEAD = "from,to,mode,seconds,method,snap_m,seconds_least,seconds_greatest\n"
ROWS = (
    "A1,S1,drive,600,routed,12.5,,\nA1,S2,drive,,routed,10,,\nA2,S1,drive,300.5,routed,0,,\nA2,S2,drive,900,routed,,,\n"
)


def file_of(tmp_path, text, name="drive.csv"):
    folder = tmp_path / "links"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_blank_time_is_no_way_and_a_missing_row_was_never_asked(tmp_path):
    table = read_links(file_of(tmp_path, HEAD + ROWS))
    times = times_from_links(table, "drive")
    assert times.origins == ("A1", "A2") and times.destinations == ("S1", "S2")
    assert times.seconds.tolist() == [[600, np.inf], [300.5, 900]]
    assert times.method == "routed" and times.log_error == 0
    turned = times_from_links(table, "drive", origins=("A2", "A1"), destinations=("S2",))
    assert turned.seconds.tolist() == [[900], [np.inf]]
    with pytest.raises(NotFound, match=r"1 sites \(S9\)"):
        times_from_links(table, "drive", destinations=("S1", "S9"))
    with pytest.raises(NotFound, match=r"1 pairs \(A2 to S2\)"):
        times_from_links(table.head(3), "drive")


def ends(*codes):
    n = len(codes)
    return pl.DataFrame({"code": codes, "easting": [400_000 + 1000 * k for k in range(n)], "northing": [90_000] * n})


def test_links_are_used_where_they_hold_every_site_of_the_place(tmp_path):
    links = {"drive": read_links(file_of(tmp_path, HEAD + ROWS))}
    here, there = ends("A1", "A2"), ends("S1", "S2")
    whole = times_for(links, here, there, "drive", about="routed drive times")
    assert (whole.method, whole.about) == ("routed", "routed drive times")
    assert whole.seconds.tolist() == [[600, np.inf], [300.5, 900]] and (whole.errors == 0).all()
    # A site of the place that the links lack: every time is modelled, and why is said.
    new = times_for(links, here, ends("S1", "NEW"), "drive")
    assert new.method == "modelled" and "NEW" in new.about and "chesil routes" in new.about
    # Another practice's surgery that they lack: modelled, with the model's error, beside routed times of the rest.
    mixed = times_for(links, here, ends("S1", "S2", "FAR"), "drive", own={"S1", "S2"})
    assert mixed.method == "routed" and "for 2 of 6 pairs" in mixed.about
    assert mixed.seconds[:, :2].tolist() == whole.seconds.tolist() and np.isfinite(mixed.seconds[:, 2]).all()
    assert (mixed.errors[:, :2] == 0).all() and (mixed.errors[:, 2] > 0).all()
    # An area that they lack is modelled to every site.
    more = times_for(links, ends("A1", "A2", "A3"), there, "drive")
    assert more.seconds[:2].tolist() == whole.seconds.tolist() and (more.errors[2] > 0).all()
    assert times_for(links, here, there, "walk").method == "modelled"


def test_public_transport_has_no_model_to_fall_back_on(tmp_path):
    links = {"drive": read_links(file_of(tmp_path, HEAD + ROWS))}
    with pytest.raises(NotFound, match="no links by public transport"):
        times_for(links, ends("A1"), ends("S1"), "public_transport")
    bus = {"public_transport": links["drive"].with_columns(mode=pl.lit("public_transport"))}
    assert times_for(bus, ends("A1"), ends("S1"), "public_transport").mode == "public_transport"


def test_an_analysis_is_given_one_function_for_every_mode(tmp_path):
    links = {"drive": read_links(file_of(tmp_path, HEAD + ROWS))}
    found = study_times(links, {"S1", "S2"}, {"drive": "by our roads"})(ends("A1", "A2"), ends("S1", "S2"))
    assert {mode: t.method for mode, t in found.items()} == {"drive": "routed", "cycle": "modelled", "walk": "modelled"}
    assert found["drive"].about == "by our roads"


def test_what_is_written_is_read_again_with_its_receipt(tmp_path):
    table = read_links(file_of(tmp_path, HEAD + ROWS))
    made_from = Receipt("osm@1", "OpenStreetMap contributors", "Extract", None, "ODbL", file="x.osm.pbf", sha256="ab")
    write_links(tmp_path / "again", table, 'routed "drive" times', (made_from,))
    tables, receipts, problems = read_links_folder(tmp_path / "again")
    assert problems == [] and tables["drive"].equals(table)
    receipt = receipts["links:drive"]
    assert receipt.caveat == 'routed "drive" times' and receipt.licence == "ODbL"
    assert "x.osm.pbf" in receipt.publication


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "A1,S1,drive,soon,routed,,,\n", "row 2, column `seconds`: `soon` is not a number"),
        (HEAD + "A1,S1,drive,-5,routed,,,\n", "row 2, column `seconds`: `-5.0` is below 0"),
        (HEAD + "A1,S1,swim,5,routed,,,\n", "is not one of drive"),
        (HEAD + "A1,S1,drive,5,guessed,,,\n", "is not one of routed"),
        (HEAD + ",S1,drive,5,routed,,,\n", "column `from`: the value is blank"),
        (HEAD + "A1,S1,drive,5,routed,,,\n" * 2, "stands 2 times"),
        (HEAD + "A1,S1,drive,5,routed,,,\nA1,S1,walk,5,routed,,,\n", "more than one mode"),
        ("from,mode,seconds,method\nA1,drive,5,routed\n", "column `to` is missing"),
        (HEAD.replace("snap_m", "snap") + "A1,S1,drive,5,routed,,,\n", "column `snap` is not expected"),
        (HEAD + "A1,S1,drive,5,routed,,,,,,\n", "cannot be read"),
    ],
)  # fmt: skip
def test_bad_links_are_refused_by_row_and_column(tmp_path, text, says):
    with pytest.raises(InputRefused, match=says) as caught:
        read_links(file_of(tmp_path, text))
    assert "drive.csv" in str(caught.value)


def test_two_files_of_one_mode_are_named(tmp_path):
    file_of(tmp_path, HEAD + ROWS)
    file_of(tmp_path, HEAD + ROWS, "car.csv")
    _, _, problems = read_links_folder(tmp_path / "links")
    assert "a second file holds links by drive" in str(problems[0])


def test_a_window_has_its_least_and_greatest(tmp_path):
    rows = "A1,S1,public_transport,600,routed,0,300,900\nA1,S2,public_transport,600,routed,0,300,\nA2,S1,public_transport,600,routed,0,,\n"
    table = read_links(file_of(tmp_path, HEAD + rows, "public_transport.csv"))
    least, greatest = range_from_links(table, "public_transport", ("A1", "A2"), ("S1", "S2"))
    assert least[0].tolist() == [300, 300] and greatest[0].tolist() == [900, np.inf]
    assert np.isnan(least[1]).all() and np.isnan(greatest[1]).all()
