"""Atomic write: contents → complete files and folders, or none at all.

A draft is written next to its destination and renamed when it is complete. Any exception,
including an interrupt, removes the draft and the folders created for it. An error of the file
system is raised as a `WriteError`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from energy_model.common.errors import InputError, InputIssue
from energy_model.common.interrupts import InterruptDeferral

SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PATH_ERRORS = (
    *SPACE_ERRORS,
    errno.EACCES,
    errno.EBUSY,
    errno.EINVAL,
    errno.EIO,
    errno.EISDIR,
    errno.ELOOP,
    errno.EMFILE,
    errno.ENAMETOOLONG,
    errno.ENFILE,
    errno.ENOTDIR,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EROFS,
    errno.EXDEV,
)
MAX_NAME_CHARACTERS = 30  # of the destination's name at the start of the draft's name
PROBE_BYTES = 1 << 20  # written to find out why a library failed to write
ELSEWHERE = "name another path"


class WriteError(InputError):
    """A file or folder that cannot be written."""

    def __init__(self, issues: Iterable[InputIssue], cause: BaseException | str = "") -> None:
        super().__init__(issues)
        self.cause = cause  # reported again by the writer of an enclosing folder


def reason_of(error: BaseException) -> str:
    """Returns the operating system's text of an error, or the first line of its message."""
    if isinstance(error, OSError) and error.errno:
        return error.strerror or os.strerror(error.errno)
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def write_error(
    path: str | Path, cause: BaseException | str, remedy: str = ELSEWHERE
) -> WriteError:
    """Returns the error of a path that cannot be written.

    Args:
        path: The path, as the user wrote it.
        cause: The exception raised by the write, or a text that describes the obstacle.
        remedy: What the user can do, such as "name another file with --out".
    """
    if isinstance(cause, str):
        message = f"{cause}; {remedy}"
    else:
        is_out_of_space = isinstance(cause, OSError) and cause.errno in SPACE_ERRORS
        advice = f"free space and try again, or {remedy}" if is_out_of_space else remedy
        message = f"it cannot be written ({reason_of(cause)}); nothing was written; {advice}"
    return WriteError([InputIssue(_short(path), message)], cause)


@contextmanager
def new_file(
    path: str | Path,
    remedy: str = ELSEWHERE,
    *,
    mode: int = 0o666,
    also: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Yields the path of a draft file; on exit the draft replaces ``path``.

    If ``path`` is a symbolic link, its target is replaced.

    Args:
        path: The file to write; missing parent folders are created.
        remedy: What the user can do on failure, such as "name another file with --out".
        mode: Permissions before the umask.
        also: Exceptions, besides OSError, that a library raises on a failed write.

    Raises:
        WriteError: ``path`` is not a regular file, or cannot be written.
    """
    target = Path(os.path.realpath(path))
    with _cleaning(path, stat.S_ISREG, remedy) as cleaning:
        _make_folder(target.parent, cleaning)
        draft = _draft(target, cleaning)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        with _reporting(path, draft, remedy, also):
            yield draft
        draft.replace(target)


@contextmanager
def new_folder(
    path: str | Path,
    remedy: str = "name another folder",
    *,
    replace: bool = False,
    also: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Yields the path of a draft folder; on exit the draft replaces ``path``.

    Args:
        path: The folder to write; missing parent folders are created.
        remedy: What the user can do on failure, such as "name another folder with --out".
        replace: Whether a folder that is not empty may be replaced. The old folder is removed
            last.
        also: Exceptions, besides OSError, that a library raises on a failed write.

    Raises:
        WriteError: ``path`` is a file, is a folder that is not empty, or cannot be written.
    """
    target = Path(os.path.realpath(path))
    with _cleaning(path, stat.S_ISDIR, remedy) as cleaning:
        if target.exists() and not replace and any(target.iterdir()):
            raise write_error(path, "it exists and is not empty", remedy)
        if target.exists() and target.samefile(Path.cwd()):
            raise write_error(path, "it is the current folder", remedy)
        _make_folder(target.parent, cleaning)
        draft = _draft(target, cleaning)
        draft.mkdir()
        try:
            with _reporting(path, draft / "probe", remedy, also):
                yield draft
        except WriteError as error:  # raised by a file inside the folder
            raise write_error(path, error.cause, remedy) from None
        _put_folder(draft, target, cleaning)


@contextmanager
def new_members(
    folder: str | Path, remedy: str = ELSEWHERE, *, also: tuple[type[Exception], ...] = ()
) -> Iterator[Path]:
    """Yields the path of a draft folder; on exit its files are moved into ``folder``.

    Other files in ``folder`` are left unchanged.

    Args:
        folder: The destination of the files; missing folders are created.
        remedy: What the user can do on failure.
        also: Exceptions, besides OSError, that a library raises on a failed write.

    Raises:
        WriteError: The files cannot be written.
    """
    target = Path(os.path.realpath(folder))
    with _cleaning(folder, stat.S_ISDIR, remedy) as cleaning:
        _make_folder(target, cleaning)
        draft = _draft(target / "files", cleaning)
        draft.mkdir()
        with _reporting(folder, draft / "probe", remedy, also):
            yield draft
        for part in sorted(draft.iterdir()):
            part.replace(target / part.name)


@contextmanager
def new_parts(folder: str | Path, names: Iterable[str], remedy: str = ELSEWHERE) -> Iterator[None]:
    """Creates subfolders of a folder; an exception removes the ones it created.

    Raises:
        WriteError: The subfolders cannot be created.
    """
    with _cleaning(folder, stat.S_ISDIR, remedy) as cleaning:
        for name in names:
            _make_folder(Path(folder) / name, cleaning)
        yield
        cleaning.pop_all()


def write_bytes(path: str | Path, data: bytes, remedy: str = ELSEWHERE, mode: int = 0o666) -> None:
    """Writes a file atomically; raises WriteError if it cannot be written."""
    with new_file(path, remedy, mode=mode) as draft:
        draft.write_bytes(data)


def write_text(path: str | Path, text: str, remedy: str = ELSEWHERE) -> None:
    """Writes a UTF-8 file atomically, as `write_bytes`, without changing line endings."""
    write_bytes(path, text.encode("utf-8"), remedy)


def write_files(files: Mapping[Path, bytes], remedy: str = ELSEWHERE) -> None:
    """Writes all files or none: every draft is complete before the first one is renamed.

    Raises:
        WriteError: A file cannot be written.
    """
    with ExitStack() as drafts:
        for path, data in files.items():
            drafts.enter_context(new_file(path, remedy)).write_bytes(data)


def refuse_folder(path: str | Path, remedy: str = "name another folder") -> None:
    """Checks that a folder can be created at a path, and leaves nothing behind.

    Raises:
        WriteError: The folder cannot be created.
    """
    target = Path(os.path.realpath(path))
    with _cleaning(path, stat.S_ISDIR, remedy) as cleaning:
        _make_folder(target.parent, cleaning)
        _draft(target, cleaning).mkdir()


@contextmanager
def _cleaning(path: str | Path, kind: Callable[[int], bool], remedy: str) -> Iterator[ExitStack]:
    """Yields a stack of clean-up actions; errors of the file system become a `WriteError`.

    The path is of the given kind, or does not exist.
    """
    deferral = InterruptDeferral()
    cleaning = ExitStack()
    try:
        try:
            deferral.install()
            _refuse_unless(path, kind, remedy)
            yield cleaning
        finally:
            deferral.is_deferring = True
            try:
                cleaning.close()
            finally:
                deferral.restore()
    except OSError as error:
        raise write_error(path, error, remedy) from None


@contextmanager
def _reporting(
    path: str | Path, probe: Path, remedy: str, also: tuple[type[Exception], ...]
) -> Iterator[None]:
    """Turns an error of the block that writes into a `WriteError` with its reason."""
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        yield
    except failures as error:
        raise write_error(path, _probed(probe, error), remedy) from None


def _draft(target: Path, cleaning: ExitStack) -> Path:
    """Returns an unused path next to a path, removed at the end.

    Its name is short, so that no limit of the file system is exceeded.
    """
    draft = target.with_name(f".{target.name[:MAX_NAME_CHARACTERS]}_{secrets.token_hex(6)}")
    cleaning.callback(_remove, draft)
    return draft


def _short(path: str | Path) -> str:
    """Returns a path as text of at most 400 characters."""
    text = str(path)
    return text if len(text) <= 400 else f"{text[:397]}..."


def _refuse_unless(path: str | Path, kind: Callable[[int], bool], remedy: str) -> None:
    """Checks that a path is of the given kind, or does not exist.

    Raises:
        WriteError: The path is of another kind.
        OSError: The path cannot be examined.
    """
    try:
        file_mode = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    if not kind(file_mode):
        names = {stat.S_IFDIR: "a folder", stat.S_IFREG: "a file"}
        name = names.get(stat.S_IFMT(file_mode), "a device")
        raise write_error(path, f"the path is {name}", remedy)


def _make_folder(folder: Path, cleaning: ExitStack) -> None:
    missing = []
    for parent in (folder, *folder.parents):
        if parent.exists():
            break
        missing.append(parent)
    for parent in reversed(missing):
        cleaning.callback(_remove_empty, parent)
        with contextlib.suppress(FileExistsError):  # created by another process
            parent.mkdir()


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _put_folder(draft: Path, target: Path, cleaning: ExitStack) -> None:
    """Renames a draft to its destination.

    An existing folder is restored if the rename fails, and removed if it succeeds.
    """
    if target.exists():
        backup = target.with_name(f"{draft.name}_old")
        cleaning.callback(_restore_or_remove, backup, target)
        target.rename(backup)
    draft.rename(target)


def _restore_or_remove(backup: Path, target: Path) -> None:
    """Moves a backup folder to its original path if that is free, or removes the backup."""
    if backup.exists() and not target.exists():
        backup.rename(target)
    _remove(backup)


def _remove(path: Path) -> None:
    """Removes a file or a folder with its contents, and ignores failures."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _probed(probe: Path, error: Exception) -> BaseException:
    """Returns why a library failed to write: the error of a plain write, or the library's error.

    Libraries report a full disk as an error of their own, or as missing permission.
    """
    if isinstance(error, OSError) and error.errno in SPACE_ERRORS:
        return error
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
    except OSError as write_failure:
        return write_failure
    return error
