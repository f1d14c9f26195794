"""Export: a case → its linear program as an MPS or LP file, plain or compressed."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from energy_model.case.load import refreshed
from energy_model.case.system import System
from energy_model.common.atomic_write import new_file
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES, build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.linear_program import Block, LinearProgram

MPS, LP, COMPRESSED = ".mps", ".lp", ".gz"
CONSTANT = "objective_constant"  # a column fixed at one, since solvers read a constant in LP files differently
# Ends of complete files; COPT and CBC cannot read the empty sections that HiGHS writes at the end of an LP file
ENDS = {MPS: (b"ENDATA\n", b"ENDATA\n"), LP: (b"bin\ngen\nsemi\nend\n", b"end\n")}


@dataclass(frozen=True)
class WrittenProgram:
    """Size of a written program; nothing of the case is left out, and the constant of the objective is in the file."""

    rows: int
    columns: int
    entries: int
    left_out: list[str] = field(default_factory=list)
    constant: float = 0.0


def write_mps(system: System, path: Path) -> WrittenProgram:
    """Writes the linear program of a system to a file in free MPS format; see `write_program`."""
    return write_program(system, path, MPS)


def write_lp(system: System, path: Path) -> WrittenProgram:
    """Writes the linear program of a system to a file in LP format; see `write_program`."""
    return write_program(system, path, LP)


def write_program(system: System, path: Path, suffix: str) -> WrittenProgram:
    """Writes the linear program of a system to a file, compressed if the name of the file ends with ``.gz``.

    Raises:
        InputError: The name does not end with ``suffix`` or ``suffix.gz``, or the folder does not exist.
        WriteError: The file cannot be written.
    """
    is_compressed = path.suffix == COMPRESSED
    if (path.with_suffix("") if is_compressed else path).suffix != suffix:
        raise InputError.at(
            "--out", f"name a file {suffix} or {suffix}{COMPRESSED}", value=str(path)
        )
    if not path.parent.is_dir():
        raise InputError.at(str(path), "the folder does not exist")
    system = refreshed(system, TABLES)
    program = CompiledModel.of(system, build_model(system)).lp
    with new_file(path, "name another file with --out", also=(RuntimeError,)) as draft:
        plain = draft.with_name(draft.name + suffix)  # HiGHS takes the format from the suffix
        try:
            highs.write_model(_with_constant_column(program) if suffix == LP else program, plain)
            _finish(plain, *ENDS[suffix])
            if is_compressed:
                _compress(plain, draft)
            else:
                plain.replace(draft)
        finally:
            plain.unlink(missing_ok=True)
    rows, columns = program.A.shape
    return WrittenProgram(rows, columns, int(program.A.nnz))


def _finish(plain: Path, written: bytes, wanted: bytes) -> None:
    """Replaces the end of a file. RuntimeError if it has another end, as on a full disk."""
    with plain.open("r+b") as file:
        file.seek(max(0, plain.stat().st_size - len(written)))
        start = file.tell()
        if file.read() != written:
            raise RuntimeError("the file is not complete")
        file.seek(start)
        file.write(wanted)
        file.truncate()


def _compress(plain: Path, draft: Path) -> None:
    # the level of gzip; without a time and a name, equal programs give equal files
    with (
        plain.open("rb") as source,
        draft.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as target,
    ):
        shutil.copyfileobj(source, target)


def _with_constant_column(lp: LinearProgram) -> LinearProgram:
    """The program with its constant as the cost of one more column."""
    if not lp.offset:
        return lp
    rows, columns = lp.A.shape
    A = sp.csr_array(sp.hstack([lp.A, sp.csr_array((rows, 1))], format="csr"))
    return replace(
        lp,
        A=A,
        cost=np.append(lp.cost, lp.offset),
        offset=0.0,
        lower=np.append(lp.lower, 1.0),
        upper=np.append(lp.upper, 1.0),
        variables={**lp.variables, CONSTANT: Block(columns, ("",), 1, False)},
    )
