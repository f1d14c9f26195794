"""The JSON of every study is as stored for the grown village; see decision 12."""

import pytest
from golden import files
from golden.comparison import Renames

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    return files.studies(tmp_path_factory.mktemp("golden_studies"))


@pytest.mark.parametrize("name", files.stored("studies"))
def test_a_study_is_as_stored(studies, name):
    found = files.file_differences(name, studies, Renames())
    assert not found, files.message(name, found)


def test_every_study_is_stored(studies):
    assert sorted(studies) == files.stored("studies")
