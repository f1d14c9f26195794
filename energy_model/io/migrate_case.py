"""Migrate a case: a folder with names of release 0.1 → the same files with today's names.

Only the names change: the order of rows, comments, quotes, separators and line endings stay.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from energy_model.case import settings
from energy_model.case.input_log import InputLog
from energy_model.case.overrides import Override
from energy_model.case.renamed_inputs import (
    SLIDER_KEYS,
    current_addresses,
    current_cell,
    current_columns,
    current_setting,
    current_settings,
    current_slider,
    current_source_cell,
)
from energy_model.common.atomic_write import write_files
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES
from energy_model.io.csv_text import (
    BYTE_ORDER_MARK,
    edited,
    header_name,
    placed_rows,
    plain,
    separator_of,
)
from energy_model.io.excel.case_files import declared_table

Renames = dict[str, str]  # new by old name
TOML_TOKEN = re.compile(
    r'(?P<long>"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\')'
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<other>[^\"'\#]+)",
    re.DOTALL,
)
TOML_HEADING = re.compile(r"^[ \t]*\[+([^\]\n]*)\]+", re.MULTILINE)
TOML_KEY = re.compile(
    r"(?P<before>^|[{,])(?P<space>[ \t]*)(?P<key>[\w.\- \t]*[\w-])(?=[ \t]*=)", re.MULTILINE
)


def migrate_case(folder: Path) -> dict[str, Renames]:
    """Rewrites the files of a case that have old names; returns the old and new names by file.

    Either all of them are written or none.

    Raises:
        InputError: A file cannot be read, or has an old name where it cannot be replaced.
        WriteError: A file cannot be written.
    """
    texts = dict(_texts(folder))
    contents, renames = _migrated(texts, is_old_case=False)
    if renames:
        contents, renames = _migrated(texts, is_old_case=True)
        write_files(
            {folder / name: contents[name].encode("utf-8") for name in renames},
            "make the folder writable",
        )
    return renames


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yields name and text of every file that may have an old name."""
    log = InputLog()
    settings.load_toml(folder / "case.toml")
    toml_files = [folder / "case.toml", folder / "sliders.toml", *folder.glob("scenarios/*.toml")]
    paths = [*folder.glob("*.csv"), *toml_files]
    for path in sorted(path for path in paths if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".toml":
            settings.load_toml(path)
        elif log.csv_file(path, name) is None:
            continue
        yield name, path.read_bytes().decode("utf-8")
    if log.issues:
        raise InputError(log.issues)


def _migrated(
    texts: Mapping[str, str], is_old_case: bool
) -> tuple[dict[str, str], dict[str, Renames]]:
    """Returns the new texts, and the renames of the files that change."""
    contents: dict[str, str] = {}
    renames: dict[str, Renames] = {}
    unused = _unused_minimum(texts)
    for name, text in texts.items():
        if name.endswith(".csv"):
            contents[name], changed = _migrated_csv(name, text, unused, is_old_case)
        else:
            contents[name], changed = _migrated_toml(name, text, is_old_case)
        if changed:
            renames[name] = changed
    return contents, renames


def _unused_minimum(texts: Mapping[str, str]) -> str:
    """Returns which of the two columns for the minimum of a technology the case does not need."""
    rows: dict[str, list[dict[str, str]]] = {"technologies": [], "storages": [], "conversions": []}
    for name, text in texts.items():
        table = declared_table(name) if name.endswith(".csv") else None
        if table is not None and table.name in rows:
            cells = [
                [plain(raw) for _, raw in row] for row in placed_rows(text, separator_of(text))
            ]
            header = [cell.partition("[")[0].strip() for cell in cells[0]]
            rows[table.name] += [dict(zip(header, row, strict=False)) for row in cells[1:]]
    with_minimum = {row.get("technology") for row in rows["technologies"] if row.get("minimum")}
    users = {
        table: any(row.get("technology") in with_minimum for row in rows[table])
        for table in ("storages", "conversions")
    }
    if users["storages"]:
        return "" if users["conversions"] else "min_load"
    return "min_level"


def _migrated_csv(name: str, text: str, unused: str, is_old_case: bool) -> tuple[str, Renames]:
    """Returns a table or the sources with today's names, and what changed."""
    table, separator = declared_table(name), separator_of(text)
    if table is None and not name.startswith("sources"):
        return text, {}
    renames: Renames = {}
    edits: list[tuple[int, str, str]] = []  # position, old and new text
    header: list[str] = []
    copies: dict[int, int] = {}  # columns to write more than once
    for row in placed_rows(text, separator):
        if not header:
            header = [header_name(raw) for _, raw in row]
            for i, (position, raw) in enumerate(row):
                names = current_columns(table.name, header[i]) if table else (header[i],)
                names = tuple(new for new in names if new != unused) or names
                if names == (header[i],):
                    continue
                renames[header[i]] = " and ".join(names)
                copies[i] = len(names)
                cells = [raw.replace(header[i], new, 1) for new in names]
                edits.append((position, raw, separator.join(cells)))
            continue
        for i, (position, raw) in enumerate(row[: len(header)]):
            old = plain(raw).strip()
            new = current_cell(table.name, header[i], old) if table else old
            if table is None and "table" in header:
                table_pattern = plain(row[header.index("table")][1]).strip()
                new = current_source_cell(header[i], old, table_pattern, TABLES, is_old_case)
                if new != old:
                    new = " ".join(n for n in new.split() if n != unused or n in old.split())
            if new != old:
                renames[old] = new
            cells = [raw.replace(old, new, 1) if new != old else raw] * copies.get(i, 1)
            if separator.join(cells) != raw:
                edits.append((position, raw, separator.join(cells)))
    return edited(text, edits), renames


def _migrated_toml(name: str, text: str, is_old_case: bool) -> tuple[str, Renames]:
    """Returns settings, a scenario or sliders with today's names, and what changed.

    Raises:
        InputError: An old name is written in a way that cannot be replaced.
    """
    renames: Renames = {}
    content = tomllib.loads(text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n"))
    texts: dict[str, list[str]] = {}
    expected: dict[str, Any] = dict(content)
    if name == "case.toml":
        expected = current_settings(content, renames.__setitem__)
    elif name == "sliders.toml":
        expected["slider"] = [
            current_slider(entry, TABLES, is_old_case, renames.__setitem__)
            for entry in content.get("slider", [])
        ]
        texts = {old: [new] for old, new in renames.items() if old not in SLIDER_KEYS}
    elif name.startswith("scenarios/") and isinstance(content.get("changes"), list):
        texts = {change: current_changes(change, is_old_case) for change in content["changes"]}
        texts = {old: new for old, new in texts.items() if new != [old]}
        renames = {old: "' and '".join(new) for old, new in texts.items()}
        expected["changes"] = [new for old in content["changes"] for new in texts.get(old, [old])]
    if not renames:
        return text, {}
    result = _replaced(name, text, texts)
    try:
        is_as_expected = tomllib.loads(result.removeprefix(BYTE_ORDER_MARK)) == expected
    except tomllib.TOMLDecodeError:
        is_as_expected = False
    if not is_as_expected:
        old, new = next(iter(renames.items()))
        raise InputError.at(name, f"write '{new}' by hand", value=old)
    return result, renames


def current_changes(change: object, is_old_case: bool) -> list[str]:
    """Returns the overrides of today for an override; a text that is none stays as it is."""
    try:
        override = Override.parse(str(change))
    except ValueError:
        return [str(change)]
    result = []
    for address in current_addresses(override.address, TABLES, is_old_case):
        table, column = address.partition(".")[0], address.rpartition(".")[2]
        value = current_cell(table, column, str(override.value))
        renamed = str(change).replace(override.address, address, 1)
        result.append(
            renamed if value == override.value else f"{address} {override.operation} {value}"
        )
    return result


def _replaced(name: str, text: str, texts: Mapping[str, list[str]]) -> str:
    """Returns a TOML text with other keys and other strings; comments stay."""
    parts: list[str] = []
    group = ""
    for token in TOML_TOKEN.finditer(text):
        part = token[0]
        if token["text"]:
            value = tomllib.loads(f"text = {part}")["text"]
            if value in texts:
                part = ", ".join(_quoted(new, part[0]) for new in texts[value])
        elif token["other"]:
            part, group = _with_current_keys(name, part, group)
        parts.append(part)
    return "".join(parts)


def _quoted(text: str, quote: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"') if quote == '"' else text
    return f"{quote}{escaped}{quote}"


def _with_current_keys(name: str, text: str, group: str) -> tuple[str, str]:
    """Returns a piece of TOML without strings with today's keys, and the group at its end."""
    headings = [(0, group), *((m.start(), m[1].strip()) for m in TOML_HEADING.finditer(text))]

    def current(match: re.Match[str]) -> str:
        inner = [heading for start, heading in headings if start <= match.start()][-1]
        *groups, key = (part.strip() for part in match["key"].split("."))
        if name == "sliders.toml":
            new = SLIDER_KEYS.get(key, key)
        else:
            new = current_setting(".".join(filter(None, (inner, *groups))), key)
        prefix = match["key"][: len(match["key"]) - len(key)]
        return f"{match['before']}{match['space']}{prefix}{new}"

    return TOML_KEY.sub(current, text), headings[-1][1]
