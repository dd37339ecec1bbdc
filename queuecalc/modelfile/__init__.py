"""Model files: TOML into a validated document into a model; the shipped models; edits by dotted path."""

from __future__ import annotations

from queuecalc.modelfile.kinds import Kind, catalogue
from queuecalc.modelfile.reading import read_document, read_model, read_text
from queuecalc.modelfile.schema import json_schema
from queuecalc.modelfile.settings import with_settings
from queuecalc.modelfile.sources import shipped_folder, shipped_models
from queuecalc.modelfile.start import write_start

__all__ = [
    "Kind",
    "catalogue",
    "json_schema",
    "read_document",
    "read_model",
    "read_text",
    "shipped_folder",
    "shipped_models",
    "with_settings",
    "write_start",
]
