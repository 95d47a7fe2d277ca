"""Series that installed packages ship: their files are read, the packages are not imported."""

from seqzoo.datasets.packages import package_file
from seqzoo.datasets.series.archives import read_archive
from seqzoo.datasets.series.series import Series
from seqzoo.datasets.series.tables import Columns, read_table
from seqzoo.errors import unknown_name

INSTALL = "seqzoo[series]"

# Sets of the UCR and UEA archives in sktime, with the official parts.
SETS = {
    "ACSF1": "power of household appliances, 10 classes",
    "ArrowHead": "outlines of arrowheads, 3 classes",
    "BasicMotions": "accelerometer and gyroscope, 6 channels, 4 classes",
    "GunPoint": "motion of a hand, 2 classes",
    "ItalyPowerDemand": "a day's power demand, 2 classes",
    "JapaneseVowels": "two vowels by 9 speakers, 12 channels, 7 to 29 steps",
    "OSULeaf": "outlines of leaves, 6 classes",
    "PLAID": "current of appliances, 11 classes, of many lengths",
}
PARTS = ("train", "test")

# Tables in statsmodels: name -> file and columns.
TABLES = {
    "co2": ("co2/co2.csv", Columns(time="date", target=("co2",))),
    "sunspots": ("sunspots/sunspots.csv", Columns(time="YEAR", target=("SUNACTIVITY",))),
}


def labelled(name: str, part: str) -> list[Series]:
    """A part of a set that `sktime` ships, for classification.

    Args:
        name: one of `SETS`.
        part: `train` or `test`; the split is the archive's own.

    Raises:
        InputError: on an unknown name, or if sktime is not installed: the message has the line for pip.
    """
    if name not in SETS:
        raise unknown_name("set of sktime", name, SETS)
    if part not in PARTS:
        raise unknown_name("part", part, PARTS)
    file = f"sktime/datasets/data/{name}/{name}_{part.upper()}.ts"
    return read_archive(package_file("sktime", file, INSTALL))


def forecasting(name: str) -> Series:
    """A series that `statsmodels` ships, for forecasting.

    Args:
        name: `co2`, weekly from 1958 to 2001, with gaps; `sunspots`, yearly from 1700 to 2008.

    Raises:
        InputError: on an unknown name, or if statsmodels is not installed: the message has the line for pip.
    """
    if name not in TABLES:
        raise unknown_name("series of statsmodels", name, TABLES)
    file, columns = TABLES[name]
    path = package_file("statsmodels", f"statsmodels/datasets/{file}", INSTALL)
    return read_table(path, columns)[0]
