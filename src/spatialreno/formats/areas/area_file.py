"""``area.toml``: what an area is called, which coordinates it has, where it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from spatialreno.area import metric_crs
from spatialreno.errors import InputError
from spatialreno.formats.areas.join import Join
from spatialreno.formats.readers.entry import Source
from spatialreno.formats.readers.source import files_table

_MOST = 5_000_000  # bytes; it holds names, not data
META_KEYS = ("source", "licence", "date", "invented", "note", "standard")


class AreaFile(BaseModel):
    """The keys of ``area.toml``; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str = ""
    crs: str
    coordinates: Literal["wgs84"] = "wgs84"
    source: str = ""
    licence: str = ""
    date: str = ""
    invented: bool = False
    note: str = ""
    standard: str = "gb50180-2018"
    catalog: str = ""
    files: dict[str, tuple[Source, ...]] = {}
    joins: tuple[Join, ...] = ()

    @field_validator("files", mode="before")
    @classmethod
    def _written_out(cls, files: object) -> Any:
        """Let a plain file name, one source or a list of sources stand for a layer."""
        if not isinstance(files, dict):
            return files
        listed = {k: v if isinstance(v, (list, tuple)) else [v] for k, v in files.items()}
        return {k: [{"file": s} if isinstance(s, str) else s for s in v] for k, v in listed.items()}

    def meta(self) -> dict[str, Any]:
        """Return what rides on the area: the keys that were written."""
        return {key: getattr(self, key) for key in META_KEYS if key in self.model_fields_set}


def read_area_file(path: Path) -> AreaFile:
    """Read and check one ``area.toml``; its crs must be one in metres."""
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: is no file but a folder, a pipe or a device. Give the area.toml itself.")
        if path.stat().st_size > _MOST:
            raise InputError(f"{path}: is larger than an area file can be. Give the area.toml itself.")
        document = AreaFile.model_validate(tomllib.loads(path.read_bytes().decode("utf-8-sig")))
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: not found. Write one with name, title and crs; `spatialreno init` makes a first one."
        ) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path and its rights.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not whole TOML: {error}. Correct the line it names.") from error
    except ValidationError as error:
        lines = "\n- ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise InputError(f"{path}: does not read as an area file. Correct or take out:\n- {lines}") from error
    metric_crs(document.crs, f"{path}: crs")
    return document


def area_file_text(
    name: str,
    title: str,
    crs: str,
    meta: Mapping[str, Any],
    files: Mapping[str, tuple[Source, ...]] | None = None,
    joins: tuple[Join, ...] = (),
    *,
    catalog: str = "",
) -> str:
    """Write the text of an ``area.toml``; ``files`` names layers whose file is not called after them."""
    table: dict[str, Any] = {"name": name, "title": title, "crs": crs}
    table |= {k: meta[k] for k in META_KEYS if meta.get(k) not in (None, "")}
    table |= {"catalog": catalog} if catalog else {}
    table |= {"files": files_table(files)} if files else {}
    table |= {"joins": [j.model_dump(exclude_defaults=True) for j in joins]} if joins else {}
    return tomli_w.dumps(table)
