"""A file that may hold the model of an architecture or a plain network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as FilePath

from queuecalc.architecture import Model
from queuecalc.modelfile.network_reading import NamedNetwork, network_of_text
from queuecalc.modelfile.reading import read_text
from queuecalc.modelfile.sources import located, parsed, shipped_models, shipped_networks

__all__ = ["read_either"]


def read_either(source: str | FilePath, *, settings: Iterable[str] = ()) -> Model | NamedNetwork:
    """The model or the network of a file: a network has [stations.NAME] and no [components].

    Args:
        source: an existing path, else the name of a shipped model or network; "-" is standard input.
        settings: edits before validation, `"components.server.count=4"`.

    Raises:
        ModelError: every fault at once, each with its dotted path, what was found and what was expected.
    """
    found = located(source, {**shipped_networks(), **shipped_models()})
    document = parsed(found.text, found.source)
    if "stations" in document and "components" not in document:
        return network_of_text(found.text, source=found.source, settings=settings)
    return read_text(found.text, source=found.source, folder=found.folder, settings=settings)
