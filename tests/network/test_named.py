"""Frozen mappings of names."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from queuecalc.network.named import Named, nearest


def test_a_mapping_that_compares_by_content() -> None:
    plain = Named({"a": 1.0, "b": 2.0})
    assert plain == {"b": 2.0, "a": 1.0}
    assert plain == Named([("a", 1.0), ("b", 2.0)])
    assert plain != Named({"a": 1.0})
    assert plain != Named({"a": 1.0, "c": 2.0})
    assert plain != 3
    assert hash(plain) == hash(Named({"b": 2.0, "a": 1.0}))
    arrays = Named({"a": np.array([1.0, 2.0])})
    assert arrays == Named({"a": np.array([1.0, 2.0])})
    assert arrays != Named({"a": np.array([1.0, 3.0])})
    assert hash(arrays) == hash(Named({"a": np.array([1.0, 2.0])}))


def test_order_length_repr_and_pickle() -> None:
    mapping = Named({"b": 1, "a": 2})
    assert list(mapping) == ["b", "a"]
    assert len(mapping) == 2
    assert eval(repr(mapping)) == mapping
    assert repr(Named({"x": np.array([1.0])})) == "{'x': [1.0]}"
    assert pickle.loads(pickle.dumps(mapping)) == mapping


def test_it_is_frozen() -> None:
    with pytest.raises(AttributeError, match="frozen; cannot set x"):
        Named({}).x = 1


def test_the_nearest_name() -> None:
    assert nearest("servr", ["server", "cache"]) == " (did you mean 'server'?)"
    assert nearest("zzz", ["server"]) == ""
