"""Draws the pictures of the pages from a run: ``python docs/pictures.py runs/...``."""

from __future__ import annotations

import sys
from pathlib import Path

import energy_model as em
from energy_model.interface import figures

if __name__ == "__main__":
    run = em.open_run(sys.argv[1])
    place = Path(__file__).parent / "pictures"
    place.mkdir(exist_ok=True)
    figures.year(run).savefig(place / "neutral_2030.png", dpi=110)
