"""Limits of a field in code of any make: two places change, nothing else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from apibuilder.generator.edits.base import Present
from apibuilder.generator.edits.constraints import tighten
from apibuilder.generator.recipes.resource.items import Unclear

SOURCE = '''"""Ünïcode before it."""
from typing import Annotated
from fastapi import FastAPI
from pydantic import BaseModel, Field
Name = Annotated[str, Field(min_length=1, max_length=200)]  # a comment
class A(BaseModel):
    name: Name
    text: str = Field()
    size: Annotated[int, Field(ge=0)] = 3
    plain: str
class B(BaseModel):
    name: Name | None = None; é: str = "ä"; text: str = Field("x", description="ö")
app = FastAPI()
'''


def limited(change: str) -> str:
    return tighten(Present(api_id=uuid4(), title="t", source=SOURCE), change).source


def test_limits_change_where_the_field_is_declared() -> None:
    assert limited("limit name to 80 characters") == SOURCE.replace("200", "80")
    assert limited("limit text to at most 9 characters") == SOURCE.replace(
        "Field()", "Field(max_length=9)"
    ).replace('description="ö"', 'description="ö", max_length=9')
    assert limited("size must be between 1 and 5") == SOURCE.replace("ge=0", "ge=1, le=5")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("limit plain to 80 characters", "not declared with"),
        ("limit nobody to 80 characters", "no model"),
        ("limit size to 80 characters", "is no text"),
        ("name must be between 1 and 5", "is no number"),
        ("limit name to 200 characters", "already"),
        ("add a colour", "only the limits"),
    ],
)
def test_what_has_no_such_place_is_named(change: str, reason: str) -> None:
    with pytest.raises(Unclear) as refused:
        limited(change)
    assert reason in str(refused.value)
