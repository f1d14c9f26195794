"""The whole suite may be run with Pyomo's own compiler: ``pytest --reference``."""

import os


def pytest_addoption(parser):
    parser.addoption(
        "--reference", action="store_true", help="read every row by Pyomo's own compiler"
    )


def pytest_configure(config):
    if config.getoption("--reference"):
        os.environ["ENERGY_MODEL_COMPILER"] = "reference"
