"""Recipes about images and drawings."""

from __future__ import annotations

from apibuilder.generator.recipes.catalogue.media_drawings import DRAWINGS
from apibuilder.generator.recipes.catalogue.media_images import IMAGES

MEDIA = (*IMAGES, *DRAWINGS)
