"""Small changes of a source file that its tests ought to notice: one node of the syntax tree replaced at a time.

Left alone: annotations, decorators, texts, what `raise` says, `assert`, names for export, numbers up to 1e-6, which are
tolerances, numbers with a name of their own (LIMIT = 40, MOST = 2**60), which are switching points, sizes of blocks and
numbers of steps: they trade time for accuracy that is there to spare; and `strict=True` of `zip`, an assertion.
A comparison is negated; where a room counts in whole numbers its boundary is moved, too (in a continuum nobody sees a
single point).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mutant", "mutants_of"]

TOLERANCE = 1e-6

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
TWINS = {
    "minimum": "maximum",
    "maximum": "minimum",
    "min": "max",
    "max": "min",
    "floor": "ceil",
    "ceil": "floor",
    "any": "all",
    "all": "any",
    "exp": "expm1",
    "expm1": "exp",
    "log": "log1p",
    "log1p": "log",
    "zeros": "ones",
    "ones": "zeros",
    "cumsum": "cumprod",
    "sum": "prod",
    "argmin": "argmax",
    "argmax": "argmin",
}
"""Functions that somebody could mistake for one another."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change.

    Attributes:
        file: relative to the root.
        line, end_line: of the node that is replaced.
        before, after: the code of the node.
        start, stop: where it stands in the file, in bytes.
        text: the line of the file on which it begins, without indentation.
    """

    file: str
    line: int
    end_line: int
    before: str
    after: str
    start: int
    stop: int
    text: str

    @property
    def names(self) -> tuple[tuple[str, str, str, str], ...]:
        """What it may be called where it is reviewed: file, code before and after, line; from narrow to wide."""
        file, change, line = self.file, (self.before, self.after), self.text
        return (file, *change, line), (file, *change, ""), (file, "", "", line)

    def applied(self, source: bytes) -> bytes:
        """The file with the change; the lines keep their numbers."""
        lines = b"\n" * source[self.start : self.stop].count(b"\n")
        return source[: self.start] + self.after.encode() + lines + source[self.stop :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after}"


def mutants_of(root: Path, file: Path, *, whole_numbers: bool = False) -> list[Mutant]:
    """Every mutant of a file, in order of place."""
    source = file.read_bytes()
    starts, lines = [0], source.splitlines(keepends=True)
    for line in lines:
        starts.append(starts[-1] + len(line))
    found = []
    for node, after in _changes(ast.parse(source), whole_numbers=whole_numbers):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(source[start:stop].decode().split())
        name = file.relative_to(root).as_posix()
        text = lines[node.lineno - 1].decode().strip()
        found.append(Mutant(name, node.lineno, node.end_lineno, before, after, start, stop, text))
    return sorted(found, key=lambda mutant: (mutant.start, mutant.stop, mutant.after))


Change = tuple[ast.expr | ast.stmt, str]


def _changes(node: ast.AST, *, whole_numbers: bool) -> Iterator[Change]:
    """Nodes and what stands there instead, from the tree downwards."""
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    if isinstance(node, ast.Assign) and (ast.unparse(node.targets[0]) == "__all__" or _is_setting(node)):
        return
    if isinstance(node, ast.expr):
        yield from (
            (node, f"({ast.unparse(other)})") for other in _expressions(node, whole_numbers=whole_numbers)
        )
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        other = ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)
        yield node, ast.unparse(other)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield node, "pass"
    elif isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        yield node.test, f"(not {ast.unparse(node.test)})"
    for child in _inside(node):
        yield from _changes(child, whole_numbers=whole_numbers)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """What is run of a node, without what only describes it."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child


def _expressions(node: ast.expr, *, whole_numbers: bool) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC and not _is_text(left):
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.Compare(left, [op], [right]):
            yield ast.Compare(left, [NEGATED[type(op)]()], [right])
            if whole_numbers and type(op) in MOVED:
                yield ast.Compare(left, [MOVED[type(op)]()], [right])
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(float(value)) if value == 0.0 or abs(value) > TOLERANCE:
            yield ast.Constant(2.0 * value if value else 1.0)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(function, [condition, one, other], []) if ast.unparse(function) == "np.where":
            yield ast.Call(function, [condition, other, one], [])
        case ast.Call(ast.Attribute(value, name), arguments, keywords) if name in TWINS and arguments:
            yield ast.Call(ast.Attribute(value, TWINS[name]), arguments, keywords)
        case ast.Call(ast.Name(name), arguments, keywords) if name in ("min", "max", "any", "all"):
            yield ast.Call(ast.Name(TWINS[name]), arguments, keywords)


def _is_setting(node: ast.Assign) -> bool:
    numbers = [node.value.left, node.value.right] if isinstance(node.value, ast.BinOp) else [node.value]
    return ast.unparse(node.targets[0]).isupper() and all(isinstance(n, ast.Constant) for n in numbers)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
