"""Atomic write: files and folders that are written whole or not at all.

A draft is written beside its destination and renamed when it is complete. Any exception, an
interrupt included, removes the draft and the folders that were made for it. A failure of the
file system becomes an input fault.
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
NAME_LENGTH = 30  # letters of the destination's name that its draft's name begins with
PROBE_SIZE = 1 << 20  # bytes that are written to find out why a library could not write
ELSEWHERE = "name another place"


class WriteError(InputError):
    """A place that could not be written, whatever was to be written there."""

    def __init__(self, faults: Iterable[InputIssue], wrong: BaseException | str = "") -> None:
        super().__init__(faults)
        self.wrong = wrong  # what was met, for who writes a larger thing of which this is a part


def reason_of(wrong: BaseException) -> str:
    """An error in the words of the operating system, or the first line of its own."""
    if isinstance(wrong, OSError) and wrong.errno:
        return wrong.strerror or os.strerror(wrong.errno)
    lines = str(wrong).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(wrong).__name__


def write_error(
    path: str | Path, wrong: BaseException | str, remedy: str = ELSEWHERE
) -> WriteError:
    """The fault of a place that could not be written.

    Args:
        path: The place, as the user wrote it.
        wrong: The exception that was met, or words for what stands in the way.
        remedy: What to do, such as "name another file with --out".
    """
    if isinstance(wrong, str):
        said = f"{wrong}; {remedy}"
    else:
        full = isinstance(wrong, OSError) and wrong.errno in SPACE_ERRORS
        act = f"free space and try again, or {remedy}" if full else remedy
        said = f"it cannot be written ({reason_of(wrong)}); nothing of it is left behind; {act}"
    return WriteError([InputIssue(_short(path), said)], wrong)


@contextmanager
def new_file(
    path: str | Path,
    remedy: str = ELSEWHERE,
    *,
    mode: int = 0o666,
    also: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Within, the draft of a file; at the end it takes the place of ``path``.

    Where ``path`` is a link, the file it names is replaced.

    Args:
        path: The file to write; missing folders above it are made.
        remedy: What to do if the place cannot be written, such as "name another file with --out".
        mode: Permissions before the umask.
        also: Exceptions, besides OSError, by which a library tells that it could not write.

    Raises:
        WriteError: The place is a folder or no regular file, or it cannot be written.
    """
    place = Path(os.path.realpath(path))
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISREG, remedy)
            _make_parents(place, cleaning)
            draft = _draft(place)
            cleaning.callback(_surely, _remove, draft)
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
            try:
                yield draft
            except failures as wrong:
                raise write_error(path, _probed(draft, wrong), remedy) from None
            draft.replace(place)
    except OSError as wrong:
        raise write_error(path, wrong, remedy) from None


@contextmanager
def new_folder(
    path: str | Path,
    remedy: str = "name another folder",
    *,
    replace: bool = False,
    also: tuple[type[Exception], ...] = (),
) -> Iterator[Path]:
    """Within, the draft of a folder; at the end it takes the place of ``path``.

    Args:
        path: The folder to write; missing folders above it are made.
        remedy: What to do if the place cannot be written, such as "name another folder with --out".
        replace: Take the place of a folder that holds something; else that is refused. The old
            one is removed last.
        also: Exceptions, besides OSError, by which a library tells that it could not write.

    Raises:
        WriteError: The place is a file or holds something, or it cannot be written.
    """
    place = Path(os.path.realpath(path))
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISDIR, remedy)
            if place.exists() and not replace and any(place.iterdir()):
                raise write_error(path, "it exists and is not empty", remedy)
            if place.exists() and place.samefile(Path.cwd()):
                raise write_error(path, "it is the current folder", remedy)
            _make_parents(place, cleaning)
            draft = _draft(place)
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
            try:
                yield draft
            except WriteError as wrong:  # of a part of it
                raise write_error(path, wrong.wrong, remedy) from None
            except failures as wrong:
                raise write_error(path, _probed(draft / "probe", wrong), remedy) from None
            _put_folder(draft, place, cleaning)
    except OSError as wrong:
        raise write_error(path, wrong, remedy) from None


@contextmanager
def new_members(
    folder: str | Path, remedy: str = ELSEWHERE, *, also: tuple[type[Exception], ...] = ()
) -> Iterator[Path]:
    """Within, a draft folder; at the end its files take their places in ``folder``.

    ``folder`` may hold others, which stay.

    Args:
        folder: Where the files are to stand; missing folders are made.
        remedy: What to do if the place cannot be written.
        also: Exceptions, besides OSError, by which a library tells that it could not write.

    Raises:
        WriteError: They cannot be written.
    """
    place = Path(os.path.realpath(folder))
    failures: tuple[type[Exception], ...] = (OSError, *also)
    try:
        with ExitStack() as cleaning:
            _refuse_unless(folder, stat.S_ISDIR, remedy)
            _make_folder(place, cleaning)
            draft = _draft(place / "files")
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
            try:
                yield draft
            except failures as wrong:
                raise write_error(folder, _probed(draft / "probe", wrong), remedy) from None
            for part in sorted(draft.iterdir()):
                part.replace(place / part.name)
    except OSError as wrong:
        raise write_error(folder, wrong, remedy) from None


@contextmanager
def new_parts(folder: str | Path, names: Iterable[str], remedy: str = ELSEWHERE) -> Iterator[None]:
    """Makes folders within a folder; an exception removes those that were missing.

    Raises:
        WriteError: They cannot be made.
    """
    try:
        with ExitStack() as cleaning:
            for name in names:
                _make_folder(Path(folder) / name, cleaning)
            yield
            cleaning.pop_all()
    except OSError as wrong:
        raise write_error(folder, wrong, remedy) from None


def write_bytes(path: str | Path, data: bytes, remedy: str = ELSEWHERE, mode: int = 0o666) -> None:
    """Writes a file whole or not at all. WriteError if it cannot be written."""
    with new_file(path, remedy, mode=mode) as draft:
        draft.write_bytes(data)


def write_text(path: str | Path, text: str, remedy: str = ELSEWHERE) -> None:
    """Writes a file of UTF-8 whole or not at all, its line ends as given. WriteError as above."""
    write_bytes(path, text.encode("utf-8"), remedy)


def write_files(files: Mapping[Path, bytes], remedy: str = ELSEWHERE) -> None:
    """Writes all files or none. WriteError as `new_file`.

    Each is complete before the first takes its place.
    """
    with ExitStack() as drafts:
        for path, data in files.items():
            drafts.enter_context(new_file(path, remedy)).write_bytes(data)


def refuse_folder(path: str | Path, remedy: str = "name another folder") -> None:
    """WriteError if a folder cannot be made at a place; nothing is left there."""
    place = Path(os.path.realpath(path))
    try:
        with ExitStack() as cleaning:
            _refuse_unless(path, stat.S_ISDIR, remedy)
            _make_parents(place, cleaning)
            draft = _draft(place)
            cleaning.callback(_surely, _remove, draft)
            draft.mkdir()
    except OSError as wrong:
        raise write_error(path, wrong, remedy) from None


def _draft(place: Path) -> Path:
    """A name beside a place that nothing has; short, for the longest name has a draft too."""
    return place.with_name(f".{place.name[:NAME_LENGTH]}_{secrets.token_hex(6)}")


def _short(path: str | Path) -> str:
    """A path as it is told: one of thousands of letters by its beginning."""
    text = str(path)
    return text if len(text) <= 400 else f"{text[:397]}..."


def _refuse_unless(path: str | Path, kind: Callable[[int], bool], remedy: str) -> None:
    """WriteError if something of another kind stands at a place.

    OSError if the place cannot be looked at.
    """
    try:
        found = Path(path).stat().st_mode
    except FileNotFoundError:
        return
    if not kind(found):
        what = (
            "a folder" if stat.S_ISDIR(found) else "a file" if stat.S_ISREG(found) else "a device"
        )
        raise write_error(path, f"{what} stands there", remedy)


def _make_parents(place: Path, cleaning: ExitStack) -> None:
    """Makes the folders above a place; a failure of the writing removes those that were missing."""
    _make_folder(place.parent, cleaning)


def _make_folder(folder: Path, cleaning: ExitStack) -> None:
    missing = []
    for parent in (folder, *folder.parents):
        if parent.exists():
            break
        missing.append(parent)
    for parent in reversed(missing):
        cleaning.callback(_surely, _remove_empty, parent)
        with contextlib.suppress(FileExistsError):  # another process made it
            parent.mkdir()


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _put_folder(draft: Path, place: Path, cleaning: ExitStack) -> None:
    """Renames a draft to its place.

    What stood there is put back if that fails, and removed if not.
    """
    if place.exists():
        aside = _draft(place)
        cleaning.callback(_surely, _settle, aside, place)
        place.rename(aside)
    draft.rename(place)


def _settle(aside: Path, place: Path) -> None:
    """Puts a folder that was set aside back to its place, or removes it if the place is taken."""
    if aside.exists() and not place.exists():
        aside.rename(place)
    _remove(aside)


def _remove(path: Path) -> None:
    """Removes a file or a folder with all in it; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _surely(action: Callable[..., None], *given: Path) -> None:
    """Does what cleans up, and once more if an interrupt fell into it."""
    try:
        action(*given)
    except BaseException:
        action(*given)
        raise


def _probed(draft: Path, wrong: Exception) -> BaseException:
    """Why a library could not write: the error that a plain write meets, else its own.

    Libraries tell a full disk as an error of their own, or as a file without permission.
    """
    if isinstance(wrong, OSError) and wrong.errno in SPACE_ERRORS:
        return wrong
    try:
        with draft.open("wb") as file:
            file.write(bytes(PROBE_SIZE))
    except OSError as met:
        return met
    return wrong
