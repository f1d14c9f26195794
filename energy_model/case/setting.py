"""Setting: what all groups of settings share."""

from __future__ import annotations

from typing import Annotated

import pydantic

Texts = Annotated[tuple[str, ...], pydantic.Field(strict=False)]  # TOML has lists, not tuples


class Setting(pydantic.BaseModel):
    """A group of settings; a word that is not known is refused."""

    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )
