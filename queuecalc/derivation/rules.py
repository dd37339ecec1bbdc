"""The rules by which one equation follows from others: each can be asked whether a claim follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from sympy import Integral, Limit, Sum, cancel, diff, limit, oo, sympify, together
from sympy.core.function import AppliedUndef

from queuecalc.derivation.equation import Equation, Known, Using, substituted
from queuecalc.derivation.zero import is_zero

__all__ = [
    "Algebra",
    "Antiderivative",
    "AtIntegers",
    "Given",
    "How",
    "Induction",
    "Rule",
    "Same",
    "Series",
    "Solve",
    "SumByInduction",
    "Tends",
    "ToLimit",
]


class How(StrEnum):
    """In which way an equation was verified."""

    ASSUMED = "assumed"
    DEFINED = "a definition"
    SYMBOLIC = "verified symbolically"
    INDUCTION = "verified by induction"
    LIMIT = "verified as a limit"
    INTEGERS = "verified at integers only"


class Rule(Protocol):
    """What makes an equation follow.

    Attributes:
        name: what a person would call it.
        how: in which way it is verified.
        using: the equations that it rests on.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def how(self) -> How: ...  # noqa: D102
    @property
    def using(self) -> Using: ...  # noqa: D102

    def follows(self, claim: Equation, known: Known) -> bool:
        """Whether the claim follows from what is known."""
        ...


@dataclass(frozen=True)
class Given:
    """Where a derivation begins: an assumption of the model, or the name of something."""

    name: str
    how: How = How.ASSUMED
    using: Using = ()

    def follows(self, claim: Equation, known: Known) -> bool:  # noqa: ARG002 - nothing is asked
        """It is assumed."""
        return True


@dataclass(frozen=True)
class Algebra:
    """Both sides agree once known equations are put in and sums, integrals and derivatives are worked out.

    Attributes:
        evaluate: False leaves sums as they stand.
    """

    using: Using = ()
    name: str = "algebra"
    how: How = How.SYMBOLIC
    evaluate: bool = True

    def follows(self, claim: Equation, known: Known) -> bool:
        """lhs - rhs = 0."""
        residual = substituted(claim.residual, self.using, known)
        return is_zero(residual.doit() if self.evaluate else residual)


@dataclass(frozen=True)
class Solve:
    """An equation solved for one term: the only value that makes it true.

    Attributes:
        equation: its label.
        monotone: the equation is not linear in the term, but one side rises or falls with it throughout.
    """

    equation: str
    using: Using = ()
    monotone: bool = False
    name: str = "solve"
    how: How = How.SYMBOLIC

    def follows(self, claim: Equation, known: Known) -> bool:
        """The value satisfies the equation, and no other can."""
        residual = substituted(known[self.equation].residual, self.using, known)
        slope = diff(residual, claim.lhs)
        single = bool(slope.is_negative or slope.is_positive) if self.monotone else not slope.has(claim.lhs)
        return (
            single
            and not is_zero(slope)
            and is_zero(substituted(residual.subs(claim.lhs, claim.rhs), self.using, known))
        )


@dataclass(frozen=True)
class Same:
    """Two known equations whose left sides are the same have equal right sides.

    Attributes:
        first, second: their labels; the claim is first.rhs = second.rhs.
    """

    first: str
    second: str
    using: Using = ()
    name: str = "equal left sides"
    how: How = How.SYMBOLIC

    def follows(self, claim: Equation, known: Known) -> bool:
        """The left sides agree once known equations are put in; the claim is made of the right sides."""
        one, other = (known[label] for label in (self.first, self.second))
        same = substituted(one.lhs, self.using, known) - substituted(other.lhs, self.using, known)
        return is_zero(same) and is_zero(claim.lhs - one.rhs) and is_zero(claim.rhs - other.rhs)


@dataclass(frozen=True)
class Induction:
    """f(n) = formula for all n: true at the start, and the recurrence carries it from n to n + 1.

    Attributes:
        recurrence: label of an equation in f(n) and f(n + 1) (or f(n - 1) and f(n)).
        variable: n.
        start: the first n.
        first: label of the value at the start; None where the formula itself says f(start) = f(start).
    """

    recurrence: str
    variable: Any
    start: Any = 0
    first: str | None = None
    using: Using = ()
    name: str = "induction"
    how: How = How.INDUCTION

    def follows(self, claim: Equation, known: Known) -> bool:
        """Base and step."""
        base = Equation(claim.lhs.subs(self.variable, self.start), claim.rhs.subs(self.variable, self.start))
        initial: Using = () if self.first is None else (self.first,)
        if not is_zero(substituted(base.residual, (*initial, *self.using), known).doit()):
            return False
        residual = substituted(known[self.recurrence].residual, self.using, known)
        terms = [term for term in residual.atoms(AppliedUndef) if term.func == claim.lhs.func]
        after = max(terms, key=lambda term: (term.args[0] - self.variable, str(term)))
        if is_zero(diff(residual, after)):  # it does not say what comes next
            return False
        claimed = substituted(residual, ("claim",), {"claim": claim})
        return is_zero(substituted(claimed, self.using, known).doit())


@dataclass(frozen=True)
class SumByInduction:
    """The closed form of a finite sum: right for one term, and one term more adds that term."""

    using: Using = ()
    name: str = "sum, by induction on its upper limit"
    how: How = How.INDUCTION

    def follows(self, claim: Equation, known: Known) -> bool:
        """F(a) = f(a) and F(N) - F(N - 1) = f(N)."""
        if not isinstance(claim.lhs, Sum) or len(claim.lhs.limits) != 1:
            return False
        (variable, first, last), term = claim.lhs.limits[0], claim.lhs.function
        closed = substituted(claim.rhs, self.using, known)
        begins = is_zero(closed.subs(last, first) - term.subs(variable, first))
        return begins and is_zero(closed - closed.subs(last, last - 1) - term.subs(variable, last))


@dataclass(frozen=True)
class Tends:
    """A sum without end: the limit of the finite sums.

    Attributes:
        finite: label of the finite sum.
        ratio, small: a symbol below 1, and that symbol written so that it is: x = 1/(1 + y), y > 0.
    """

    finite: str
    ratio: Any
    small: Any
    using: Using = ()
    name: str = "let the upper limit grow without bound"
    how: How = How.LIMIT

    def follows(self, claim: Equation, known: Known) -> bool:
        """The left sides are the same sum, the right side is the limit."""
        finite = known[self.finite]
        last = finite.lhs.limits[0][2]
        if claim.lhs != finite.lhs.subs(last, oo):
            return False
        reached = limit(finite.rhs.subs(self.ratio, self.small), last, oo)
        return is_zero(reached - claim.rhs.subs(self.ratio, self.small))


@dataclass(frozen=True)
class Series:
    """A known sum with a ratio of its own, and a factor in front.

    Attributes:
        sum: label of the known sum.
        ratio: its variable.
        value: what stands in its place.
        factor: what every term is multiplied by.
    """

    sum: str
    ratio: Any
    value: Any
    factor: Any = 1
    using: Using = ()
    name: str = "the sum, with this ratio"
    how: How = How.SYMBOLIC

    def follows(self, claim: Equation, known: Known) -> bool:
        """Term by term, and in the result."""
        if not isinstance(claim.lhs, Sum):
            return False
        series = known[self.sum]
        limits = series.lhs.limits[0]
        if tuple(claim.lhs.limits[0][1:]) != tuple(limits[1:]):
            return False
        value, factor = (substituted(sympify(each), self.using, known) for each in (self.value, self.factor))
        term = substituted(claim.lhs.function, self.using, known).subs(claim.lhs.limits[0][0], limits[0])
        if not is_zero(term - factor * series.lhs.function.subs(self.ratio, value)):
            return False
        result = substituted(claim.rhs, self.using, known)
        return is_zero(result - factor * series.rhs.subs(self.ratio, value))


@dataclass(frozen=True)
class Antiderivative:
    """An integral by a function whose derivative is the integrand.

    Attributes:
        function: of the variable of integration.
        side: which side of the claim is the integral.
    """

    function: Any
    using: Using = ()
    side: str = "lhs"
    name: str = "integral"
    how: How = How.SYMBOLIC

    def follows(self, claim: Equation, known: Known) -> bool:
        """F' = f, and the other side is F at the upper end less F at the lower end."""
        integral = getattr(claim, self.side)
        other = claim.rhs if self.side == "lhs" else claim.lhs
        if not isinstance(integral, Integral) or len(integral.limits) != 1:
            return False
        variable, lower, upper = integral.limits[0]
        if not is_zero(diff(self.function, variable) - integral.function):
            return False
        ends = [
            limit(self.function, variable, end, "-") if end.is_infinite else self.function.subs(variable, end)
            for end in (upper, lower)
        ]
        return is_zero(substituted(ends[0] - ends[1] - other, self.using, known))


@dataclass(frozen=True)
class ToLimit:
    """The value of a limit.

    Attributes:
        small: symbols written so that sympy knows their sign, put in before the limit is taken.
    """

    using: Using = ()
    small: tuple[tuple[Any, Any], ...] = ()
    name: str = "limit"
    how: How = How.LIMIT

    def follows(self, claim: Equation, known: Known) -> bool:
        """A rational function at the point, else by Gruntz's algorithm."""
        if not isinstance(claim.lhs, Limit):
            return False
        expression, variable, point, side = claim.lhs.args
        inner = substituted(expression, self.using, known).subs(dict(self.small)).doit()
        reached = _limit(inner, variable, point, str(side))
        return is_zero(reached - substituted(claim.rhs, self.using, known).subs(dict(self.small)))


def _limit(expression: Any, variable: Any, point: Any, side: str) -> Any:
    """A limit; that of a rational function which is finite at the point is its value there."""
    if expression.is_rational_function(variable) and point.is_finite:
        plain = cancel(together(expression))
        if plain.as_numer_denom()[1].subs(variable, point) != 0:
            return plain.subs(variable, point)
    return limit(expression, variable, point, side)


@dataclass(frozen=True)
class AtIntegers:
    """Checked at some integers by another way.

    Attributes:
        variable: the integer.
        values: at which ones.
        otherwise: both sides by another way, from the integer.
        says: what that way is.
        proved: whether other steps prove it for every integer, so that this is a second look only.
    """

    variable: Any
    values: tuple[int, ...]
    otherwise: Callable[[int], Any] = field(repr=False)
    says: str
    proved: bool = True
    using: Using = ()
    how: How = How.INTEGERS

    @property
    def name(self) -> str:
        """The way, and where it was gone."""
        return f"{self.says}, for {self.variable} = {', '.join(map(str, self.values))}"

    def follows(self, claim: Equation, known: Known) -> bool:
        """All agree at each of the integers."""
        sides = [substituted(side, self.using, known) for side in (claim.lhs, claim.rhs)]
        return all(
            is_zero(side.subs(self.variable, value).doit() - self.otherwise(value))
            for value in self.values
            for side in sides
        )
