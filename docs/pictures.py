"""Draws the pictures of the pages: ``python docs/pictures.py RUN`` or ``… STUDY NAME``, which copies a study's pictures."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import energy_model as em
from energy_model.reporting.figures import study_figures, year_figure

if __name__ == "__main__":
    place = Path(__file__).parent / "pictures"
    place.mkdir(exist_ok=True)
    if (Path(sys.argv[1]) / "study.toml").is_file():
        for path in study_figures.draw(em.open_study(sys.argv[1])):
            shutil.copy(path, place / f"{sys.argv[2]}_{path.name}")
    else:
        year_figure.year(em.open_run(sys.argv[1])).savefig(place / "neutral_2030.png", dpi=110)
