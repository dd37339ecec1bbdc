"""A routing checks itself and keeps what it was given."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from scipy import sparse

from queuecalc.errors import InvalidInput
from queuecalc.network import Routing
from tests.network.graphs import FloatArray, names, routings


@given(routings(loops=True))
def test_mapping_matrix_and_sparse_matrix_say_the_same(matrix: FloatArray) -> None:
    stations = names(len(matrix))
    one = Routing.of(stations, matrix)
    assert Routing.of(stations, matrix.tolist()) == one
    assert Routing.of(stations, sparse.csr_matrix(matrix)) == one
    assert Routing.of(stations, sparse.coo_array(matrix)) == one
    assert Routing.of(stations, one.as_mapping()) == one
    assert Routing.of(stations, one) is one
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)
    assert eval(repr(one)) == one


@given(routings(loops=True))
def test_rows_and_expectations_are_those_of_the_matrix(matrix: FloatArray) -> None:
    routing = Routing.of(names(len(matrix)), matrix)
    np.testing.assert_allclose(routing.exit, 1 - matrix.sum(axis=1), atol=1e-12)
    x = np.arange(3.0 * len(matrix)).reshape(len(matrix), 3)
    np.testing.assert_allclose(routing.after(x), matrix @ x, rtol=1e-14, atol=1e-14)
    for k in range(len(matrix)):
        targets, shares = routing.row(k)
        row = np.zeros(len(matrix))
        row[targets] = shares
        np.testing.assert_array_equal(row, matrix[k])


def test_probabilities_that_miss_one_by_rounding_keep_everybody() -> None:
    tenth = {f"t{k}": 0.1 for k in range(10)}
    routing = Routing.of(("a", *tenth), {"a": tenth})
    assert routing.exit[0] == 0.0
    three = Routing.of(("a", "b", "c", "d"), {"a": {"b": 0.7, "c": 0.2, "d": 0.1}})  # adds up to 1 - 1e-16
    assert three.exit[0] == 0.0
    zero = Routing.of(("a", "b"), {"a": {"b": 0}})
    assert zero.probability.size == 0


@pytest.mark.parametrize(
    ("stations", "given", "message"),
    [
        ((), {}, "at least one station"),
        (("a", "a"), {}, "station 'a' is named twice"),
        (("a",), {"b": {}}, r"routing from 'b': no such station$"),
        (("server",), {"servr": {}}, r"routing from 'servr': no such station \(did you mean 'server'\?\)"),
        (("a", "disk"), {"a": {"dsk": 1}}, r"from 'a' to 'dsk': no such station \(did you mean 'disk'\?\)"),
        (("a", "b"), {"a": {"b": 1.5}}, r"from 'a' to 'b' must be a probability in \[0, 1\], got 1.5"),
        (("a", "b"), {"a": {"b": -0.5}}, r"must be a probability in \[0, 1\], got -0.5"),
        (("a", "b"), {"a": {"b": float("nan")}}, r"must be a probability in \[0, 1\], got nan"),
        (("a", "b"), {"a": {"b": "x"}}, "must be a probability, got 'x'"),
        (("a", "b"), {"a": 0.5}, "must be a mapping of names to probabilities, got 0.5"),
        (
            ("a", "b", "c"),
            {"a": {"b": 0.6, "c": 0.5}},
            "routing from 'a': probabilities add up to 1.1, more than 1",
        ),
        (("a", "b"), [[0, 1]], r"of 2 stations must have shape \(2, 2\), got \(1, 2\)"),
        (("a", "b"), [["x", 0], [0, 0]], "a routing matrix must hold numbers"),
        (
            ("a",),
            [[1]],
            "nobody who comes to 'a' can ever leave: .*this station keep everybody inside; lower",
        ),
        (
            ("a", "b", "c"),
            {"a": {"b": 0.5}, "b": {"c": 1}, "c": {"b": 1}},
            "comes to 'b', 'c' can ever leave",
        ),
        (
            tuple("abcdefgh"),
            np.roll(np.eye(8), 1, axis=1),
            "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' can ever leave",
        ),
        # only the closed sets are named, not who runs into them
        (
            ("a", "b", "c", "d"),
            {"a": {"b": 0.5, "c": 0.5}, "b": {"b": 1.0}, "c": {"d": 1.0}, "d": {"c": 1.0}},
            "comes to 'b'; 'c', 'd' can ever leave",
        ),
    ],
)
def test_what_is_no_routing_is_refused_with_a_remedy(
    stations: tuple[str, ...], given: object, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        Routing.of(stations, given)


def test_a_sparse_matrix_of_another_size_or_another_networks_routing() -> None:
    with pytest.raises(InvalidInput, match=r"must have shape \(2, 2\)"):
        Routing.of(("a", "b"), sparse.eye(3).tocsr() * 0.5)
    with pytest.raises(InvalidInput, match="names other stations"):
        Routing.of(("a", "b"), Routing.of(("a", "c"), {}))
