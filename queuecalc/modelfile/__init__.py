"""Model files: TOML into a validated document into a model; the shipped models; edits by dotted path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.modelfile.classes": ("NamedClasses",),
    "queuecalc.modelfile.closed_reading": ("NamedClosed", "closed_of", "read_any_network"),
    "queuecalc.modelfile.either": ("read_either",),
    "queuecalc.modelfile.kinds": ("Kind", "catalogue"),
    "queuecalc.modelfile.network_reading": ("NamedNetwork", "network_of", "read_network"),
    "queuecalc.modelfile.reading": ("read_document", "read_model", "read_text"),
    "queuecalc.modelfile.schema": ("json_schema",),
    "queuecalc.modelfile.settings": ("with_settings",),
    "queuecalc.modelfile.sources": ("shipped_folder", "shipped_models", "shipped_networks"),
    "queuecalc.modelfile.start": ("write_start",),
}

__all__ = [
    "Kind",
    "NamedClasses",
    "NamedClosed",
    "NamedNetwork",
    "catalogue",
    "closed_of",
    "json_schema",
    "network_of",
    "read_any_network",
    "read_document",
    "read_either",
    "read_model",
    "read_network",
    "read_text",
    "shipped_folder",
    "shipped_models",
    "shipped_networks",
    "with_settings",
    "write_start",
]

if TYPE_CHECKING:
    from queuecalc.modelfile.classes import NamedClasses
    from queuecalc.modelfile.closed_reading import NamedClosed, closed_of, read_any_network
    from queuecalc.modelfile.either import read_either
    from queuecalc.modelfile.kinds import Kind, catalogue
    from queuecalc.modelfile.network_reading import NamedNetwork, network_of, read_network
    from queuecalc.modelfile.reading import read_document, read_model, read_text
    from queuecalc.modelfile.schema import json_schema
    from queuecalc.modelfile.settings import with_settings
    from queuecalc.modelfile.sources import shipped_folder, shipped_models, shipped_networks
    from queuecalc.modelfile.start import write_start

__getattr__, __dir__ = late(__name__, _HOMES)
