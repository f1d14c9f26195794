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

SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PLACE_ERRORS = (
    *SPACE_ERRORS, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ENOTDIR,
    errno.EISDIR, errno.EIO, errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.EBUSY, errno.EXDEV,
    errno.EINVAL, errno.EOPNOTSUPP,
)  # fmt: skip
NAME_LENGTH = 30  # characters of the destination's name at the start of the draft's name
PROBE_SIZE = 1 << 20  # bytes written to find out why a library failed to write
ELSEWHERE = "name another place"


class WriteError(InputError):
    """A file or folder that cannot be written."""

    def __init__(self, faults: Iterable[InputIssue], wrong: BaseException | str = "") -> None:
        super().__init__(faults)
        self.wrong = wrong  # the cause, reported again by the writer of an enclosing folder


def reason_of(wrong: BaseException) -> str:
    """Returns the operating system's text of an error, or the first line of its message."""
    if isinstance(wrong, OSError) and wrong.errno:
        return wrong.strerror or os.strerror(wrong.errno)
    lines = str(wrong).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(wrong).__name__


def write_error(
    path: str | Path, wrong: BaseException | str, remedy: str = ELSEWHERE
) -> WriteError:
    """Returns the error of a path that cannot be written.

    Args:
        path: The path, as the user wrote it.
        wrong: The exception raised by the write, or a text that describes the obstacle.
        remedy: What the user can do, such as "name another file with --out".
    """
    if isinstance(wrong, str):
        message = f"{wrong}; {remedy}"
    else:
        is_out_of_space = isinstance(wrong, OSError) and wrong.errno in SPACE_ERRORS
        advice = f"free space and try again, or {remedy}" if is_out_of_space else remedy
        message = (
            f"it cannot be written ({reason_of(wrong)}); nothing of it is left behind; {advice}"
        )
    return WriteError([InputIssue(_short(path), message)], wrong)


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
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISREG, remedy)
            _make_parents(target, cleaning)
            draft = _draft(target)
            cleaning.callback(_surely, _remove, draft)
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
            try:
                yield draft
            except failures as error:
                raise write_error(path, _probed(draft, error), remedy) from None
            draft.replace(target)
    except OSError as error:
        raise write_error(path, error, remedy) from None


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
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISDIR, remedy)
            if target.exists() and not replace and any(target.iterdir()):
                raise write_error(path, "it exists and is not empty", remedy)
            if target.exists() and target.samefile(Path.cwd()):
                raise write_error(path, "it is the current folder", remedy)
            _make_parents(target, cleaning)
            draft = _draft(target)
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
            try:
                yield draft
            except WriteError as error:  # raised by a file inside the folder
                raise write_error(path, error.wrong, remedy) from None
            except failures as error:
                raise write_error(path, _probed(draft / "probe", error), remedy) from None
            _put_folder(draft, target, cleaning)
    except OSError as error:
        raise write_error(path, error, remedy) from None


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
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(folder, stat.S_ISDIR, remedy)
            _make_folder(target, cleaning)
            draft = _draft(target / "files")
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
            try:
                yield draft
            except failures as error:
                raise write_error(folder, _probed(draft / "probe", error), remedy) from None
            for part in sorted(draft.iterdir()):
                part.replace(target / part.name)
    except OSError as error:
        raise write_error(folder, error, remedy) from None


@contextmanager
def new_parts(folder: str | Path, names: Iterable[str], remedy: str = ELSEWHERE) -> Iterator[None]:
    """Creates subfolders of a folder; an exception removes the ones it created.

    Raises:
        WriteError: The subfolders cannot be created.
    """
    try:
        with ExitStack() as cleaning:
            for name in names:
                _make_folder(Path(folder) / name, cleaning)
            yield
            cleaning.pop_all()
    except OSError as error:
        raise write_error(folder, error, remedy) from None


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
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISDIR, remedy)
            _make_parents(target, cleaning)
            draft = _draft(target)
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
    except OSError as error:
        raise write_error(path, error, remedy) from None


def _draft(place: Path) -> Path:
    """Returns an unused path next to a path; its name is short, so that no limit is exceeded."""
    return place.with_name(f".{place.name[:NAME_LENGTH]}_{secrets.token_hex(6)}")


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
        kind_name = (
            "a folder"
            if stat.S_ISDIR(file_mode)
            else "a file"
            if stat.S_ISREG(file_mode)
            else "a device"
        )
        raise write_error(path, f"{kind_name} stands there", remedy)


def _make_parents(place: Path, cleaning: ExitStack) -> None:
    """Creates the parent folders of a path; on a failed write they are removed."""
    _make_folder(place.parent, cleaning)


def _make_folder(folder: Path, cleaning: ExitStack) -> None:
    missing = []
    for parent in (folder, *folder.parents):
        if parent.exists():
            break
        missing.append(parent)
    for parent in reversed(missing):
        cleaning.callback(_surely, _remove_empty, parent)
        with contextlib.suppress(FileExistsError):  # created by another process
            parent.mkdir()


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _put_folder(draft: Path, place: Path, cleaning: ExitStack) -> None:
    """Renames a draft to its destination.

    An existing folder is restored if the rename fails, and removed if it succeeds.
    """
    if place.exists():
        backup = _draft(place)
        cleaning.callback(_surely, _settle, backup, place)
        place.rename(backup)
    draft.rename(place)


def _settle(aside: Path, place: Path) -> None:
    """Moves a backup folder to its original path if that is free, or removes the backup."""
    if aside.exists() and not place.exists():
        aside.rename(place)
    _remove(aside)


def _remove(path: Path) -> None:
    """Removes a file or a folder with its contents, and ignores failures."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _surely(action: Callable[..., None], *given: Path) -> None:
    """Runs a clean-up action, and repeats it if an exception such as an interrupt occurs."""
    try:
        action(*given)
    except BaseException:
        action(*given)
        raise


def _probed(draft: Path, wrong: Exception) -> BaseException:
    """Returns why a library failed to write: the error of a plain write, or the library's error.

    Libraries report a full disk as an error of their own, or as missing permission.
    """
    if isinstance(wrong, OSError) and wrong.errno in SPACE_ERRORS:
        return wrong
    try:
        with draft.open("wb") as file:
            file.write(bytes(PROBE_SIZE))
    except OSError as error:
        return error
    return wrong
