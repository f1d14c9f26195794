"""A profile file is parsed once while its content stays, and again where one byte changes."""

import shutil

import pytest
from helpers import cli

import energy_model as em
from energy_model.case import profile_reader


@pytest.mark.slow
def test_a_changed_file_is_read_again(tmp_path, monkeypatch):
    case = shutil.copytree(cli.original(), tmp_path / "case")
    parsed, parse = [], profile_reader._parse_hourly_file

    def counted(content, name, *rest):
        parsed.append(name)
        return parse(content, name, *rest)

    monkeypatch.setattr(profile_reader, "_parse_hourly_file", counted)
    file = next((case / "profiles").glob("*.csv"))
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n", encoding="utf-8")
    first = em.load_case(case).profiles
    assert parsed == [f"profiles/{file.name}"]
    assert em.load_case(case).profiles.equals(first)
    assert parsed == [f"profiles/{file.name}"]
    cells = text.splitlines()
    cells[1] = cells[1].rpartition(",")[0] + ",0.125"
    file.write_text("\n".join(cells), encoding="utf-8")
    assert em.load_case(case).profiles.iloc[0, -1] == 0.125
    file.write_text("\n".join(cells).replace(",0.125", ",much"), encoding="utf-8")
    for _ in range(2):  # a file with an issue is not remembered
        with pytest.raises(em.InputError, match="much"):
            em.load_case(case)
