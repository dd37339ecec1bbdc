"""The symbols of the field, with the signs that sympy may count on."""

from __future__ import annotations

from sympy import Function, Symbol

__all__ = [
    "C",
    "L",
    "N",
    "T",
    "W",
    "a",
    "c",
    "k",
    "lam",
    "mu",
    "n",
    "p",
    "q",
    "rho",
    "s",
    "t",
    "t_q",
    "theta",
    "x",
    "y",
]

lam = Symbol("lambda", positive=True)
mu = Symbol("mu", positive=True)
rho = Symbol("rho", positive=True)
theta = Symbol("theta", positive=True)
a = Symbol("a", positive=True)
s = Symbol("s", positive=True)
t = Symbol("t", positive=True)
x = Symbol("x", positive=True)
y = Symbol("y", positive=True)
c = Symbol("c", integer=True, positive=True)
n = Symbol("n", integer=True, nonnegative=True)
k = Symbol("k", integer=True, nonnegative=True)
N = Symbol("N", integer=True, positive=True)
t_q = Symbol("t_q", positive=True)
q = Symbol("q", positive=True)
L = Symbol("L", positive=True)
T = Symbol("T", positive=True)
W = Symbol("W", positive=True)
C = Symbol("C", positive=True)
p = Function("p", positive=True)
