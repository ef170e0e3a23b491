"""Small changes of Python code, each of which a test should notice: made of the code itself."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

_GONE = object()
_LONG, _AROUND = 100, 30
_NOT_CODE = {"annotation", "returns", "decorator_list", "bases", "type_params"}
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_IN_SQL = (
    (" and ", " or "), (" or ", " and "), ("= ?", "<> ?"), ("= '", "<> '"), ("< ?", ">= ?"),
    (" desc", " asc"), ("or ignore ", ""), ("or replace ", "or ignore "), (", -2)", ", -1)"),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A change of a module: where, what stood there, what stands there, and the whole source."""

    where: str
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """What the change is, in a line, whatever else is changed in the module."""
        return f"{self.where}: {self.before} -> {self.after}"


@dataclass(frozen=True)
class _Place:
    holder: ast.AST
    field: str
    index: int | None
    node: ast.AST
    where: tuple[str, ...]

    def put(self, node: object) -> None:
        """Puts another node here, or none."""
        if self.index is None:
            setattr(self.holder, self.field, node)
        elif node is _GONE:
            del getattr(self.holder, self.field)[self.index]
        else:
            getattr(self.holder, self.field)[self.index] = node

    def restore(self, gone: bool) -> None:
        """Puts back what was here."""
        if gone:
            getattr(self.holder, self.field).insert(self.index, self.node)
        else:
            self.put(self.node)


def mutants(source: str, sql: bool = False) -> Iterator[Mutant]:
    """The changes of a module, in the order of its lines.

    Args:
        source: of the module.
        sql: whether its texts are SQL, and are changed, too.
    """
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for place in list(_places(tree, ())):
        shown = place.holder if isinstance(place.node, ast.expr | ast.cmpop) else place.node
        shown = shown if isinstance(shown, ast.expr | ast.Return | ast.Raise) else place.node
        before = "" if isinstance(shown, ast.cmpop) else _line(shown)
        for other in _instead(place, sql):
            place.put(other)
            now = other if shown is place.node else shown
            after = "nothing" if isinstance(now, ast.Pass) else _line(now)
            what = ".".join(place.where) or "module"
            made = Mutant(what, *_differing(before, after), ast.unparse(tree))
            place.restore(other is _GONE)
            seen[made.name] += 1
            again = f" ({seen[made.name]})" if seen[made.name] > 1 else ""
            yield Mutant(made.where, made.before, made.after + again, made.source)


def _line(node: object) -> str:
    if not isinstance(node, ast.AST):
        return "nothing"
    return " ".join(ast.unparse(node).split())


def _differing(before: str, after: str) -> tuple[str, str]:
    """Two texts; of long ones what differs, and some letters around it."""
    if after == "nothing" or max(len(before), len(after)) <= _LONG:
        return before, after
    begin = _alike(before, after)
    end = _alike(before[begin:][::-1], after[begin:][::-1])
    first = max(begin - _AROUND, 0)
    return tuple(text[first : len(text) - max(end - _AROUND, 0)] for text in (before, after))  # type: ignore[return-value]


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _places(node: ast.AST, where: tuple[str, ...]) -> Iterator[_Place]:
    """All parts of the code, from the first line to the last."""
    for field, value in ast.iter_fields(node):
        if field in _NOT_CODE:
            continue
        parts = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, part in parts:
            if not isinstance(part, ast.AST) or _is_for_types(part):
                continue
            yield _Place(node, field, index, part, where)
            named = isinstance(part, ast.FunctionDef | ast.ClassDef)
            yield from _places(part, (*where, part.name) if named else where)  # type: ignore[attr-defined]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _instead(place: _Place, sql: bool) -> Iterator[object]:
    """What may stand in a place instead, to see whether a test notices."""
    node, holder = place.node, place.holder
    match node:
        case ast.cmpop():
            yield from (other() for other in _COMPARED[type(node)])
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _COMPUTED:
            yield ast.BinOp(node.left, _COMPUTED[type(node.op)](), node.right)
        case ast.Constant() if not isinstance(holder, ast.Expr):
            yield from _other_values(node.value, sql)
        case ast.Return(value=ast.expr()) if _line(node) != "return None":
            yield ast.Return(ast.Constant(None))
        case ast.Return() | ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Expr() if not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom):
            yield ast.Pass()
        case ast.keyword(arg=str()):
            yield _GONE
    decides = place.field == "test" or (place.field == "ifs" and isinstance(node, ast.expr))
    if decides and not isinstance(node, ast.Compare | ast.UnaryOp):
        yield ast.UnaryOp(ast.Not(), node)


def _other_values(value: object, sql: bool) -> Iterator[ast.Constant]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, str) and sql:
        for text, other in _IN_SQL:
            for place in range(value.count(text)):
                pieces = value.split(text)
                before, after = text.join(pieces[: place + 1]), text.join(pieces[place + 1 :])
                yield ast.Constant(before + other + after)
