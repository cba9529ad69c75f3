"""CREATE TABLE statements, read by sqlglot: columns, keys, rules. Nothing of them is run here."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import Expr, exp
from sqlglot.errors import SqlglotError

from apibuilder.errors import ImportUnclear
from apibuilder.generator.imports.base import identifier, text_of

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it would log what it does not know
MAX_TABLES = 30
MAX_COLUMNS = 60
_FILE = "import"
_DIALECTS = (None, "postgres", "mysql", "sqlite", "tsql")
_RESERVED = frozenset({"rowid", "limit", "offset", "sort", "copy", "json", "dict", "schema"}) | {
    *("construct", "validate", "store", "body", "app", "dt", "str", "int", "float", "bool", "list"),
    *("items", "total", "register"),
}
_PYTHON = {
    **dict.fromkeys(
        ("INT", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT", "SERIAL", "BIGSERIAL"), "int"
    ),
    **dict.fromkeys(("SMALLSERIAL", "UINT", "UBIGINT"), "int"),
    **dict.fromkeys(("DECIMAL", "FLOAT", "DOUBLE", "MONEY", "REAL"), "float"),
    **dict.fromkeys(("BOOLEAN", "BIT"), "bool"),
    "DATE": "dt.date",
    "TIME": "dt.time",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ", "DATETIME", "TIMESTAMPNTZ"), "dt.datetime"),
    **dict.fromkeys(("JSON", "JSONB"), "Any"),
}
# What a rule may be made of: anything else could read other tables, or does not exist in SQLite.
_IN_RULES = (
    *(exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.And, exp.Or, exp.Not, exp.Neg),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is, exp.Null),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Length, exp.Like, exp.Boolean, exp.Lower, exp.Upper),
)


@dataclass(slots=True, kw_only=True)
class Column:
    """One column under a safe name."""

    name: str
    kind: str  # Python of its type
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    longest: int | None = None
    fresh: bool = False  # the database gives it a value by itself
    references: tuple[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Table:
    """One table: `key` is the column that an address names."""

    name: str
    columns: list[Column] = field(default_factory=list[Column])
    key: str = ""
    uniques: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    checks: list[str] = field(default_factory=list[str])

    def column(self, name: str) -> Column:
        """By name."""
        return next(one for one in self.columns if one.name == name)


@dataclass(slots=True)
class Schema:
    """All tables, those that others point to first, and what was left out."""

    tables: list[Table]
    notes: list[str]


def read(text: str) -> Schema:
    """Raises ImportUnclear."""
    statements = _parsed(text)
    reader = _Reader()
    for statement in statements:
        if isinstance(statement, exp.Create) and statement.kind == "TABLE":
            reader.table(statement)
        elif statement is not None:
            reader.notes[f"`{text_of(statement.sql(), 60)}` is left out."] = None
    if not reader.tables:
        raise ImportUnclear("There is no CREATE TABLE statement.", file=_FILE)
    if len(reader.tables) > MAX_TABLES:
        raise ImportUnclear(f"{len(reader.tables)} tables are more than {MAX_TABLES}.", file=_FILE)
    return Schema(reader.finished(), list(reader.notes))


def _parsed(text: str) -> list[Expr | None]:
    first: SqlglotError | None = None
    for dialect in _DIALECTS:
        try:
            found = list(sqlglot.parse(text, read=dialect))
        except SqlglotError as error:
            first = first or error
            continue
        except RecursionError:
            break
        if not any(isinstance(one, exp.Command) for one in found):
            return [one for one in found if isinstance(one, Expr)]
    errors: list[dict[str, Any]] = getattr(first, "errors", [])
    line = errors[0].get("line") if errors else None
    raise ImportUnclear("The SQL cannot be read.", file=_FILE, line=line)


class _Reader:
    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self.notes: dict[str, None] = {}
        self._names: dict[str, str] = {}  # as written, in lower case -> safe

    def table(self, create: exp.Create) -> None:
        schema = create.this
        if not isinstance(schema, exp.Schema):
            self.notes[f"`{text_of(create.sql(), 60)}` has no columns and is left out."] = None
            return
        written = schema.this.name
        table = Table(name=identifier(written, self.tables, fallback="table"))
        self._names[written.lower()] = table.name
        self.tables[table.name] = table
        columns: dict[str, str] = {}
        for definition in schema.expressions:
            if isinstance(definition, exp.ColumnDef):
                self._column(table, definition, columns)
        for definition in schema.expressions:
            if not isinstance(definition, exp.ColumnDef):
                self._rule(table, definition, columns)
        if len(table.columns) > MAX_COLUMNS or not table.columns:
            raise ImportUnclear(
                f"The table {written} has {len(table.columns)} columns; 1 to {MAX_COLUMNS} are "
                "allowed.",
                file=_FILE,
            )

    def _column(self, table: Table, definition: exp.ColumnDef, columns: dict[str, str]) -> None:
        taken = {*_RESERVED, *(one.name for one in table.columns)}
        column = Column(name=identifier(definition.name, taken, fallback="column"), kind="str")
        columns[definition.name.lower()] = column.name
        self._type(column, definition.args.get("kind"))
        table.columns.append(column)
        constraints: list[Any] = definition.args.get("constraints") or []
        for constraint in constraints:
            self._constraint(table, column, constraint.kind, columns)

    def _type(self, column: Column, kind: Any) -> None:
        if not isinstance(kind, exp.DataType):
            return
        name = kind.this.name if isinstance(kind.this, exp.DataType.Type) else "TEXT"
        if name == "USERDEFINED":  # a type that only another dialect has
            name = str(kind.args.get("kind")).upper()
        column.kind = _PYTHON.get(name, "str")
        column.fresh = name.endswith("SERIAL")
        sizes = [one.name for one in kind.expressions]
        if name == "ENUM":
            column.choices = tuple(sizes)
        elif column.kind == "str" and sizes and sizes[0].isdigit():
            column.longest = int(sizes[0])
        elif name in {"BINARY", "VARBINARY", "BLOB"}:
            self.notes[f"`{column.name}` holds bytes; here it is text."] = None

    def _constraint(self, table: Table, column: Column, kind: Any, columns: dict[str, str]) -> None:
        match kind:
            case exp.NotNullColumnConstraint():
                column.required = not kind.args.get("allow_null")
            case exp.PrimaryKeyColumnConstraint():
                table.key = column.name
            case exp.UniqueColumnConstraint():
                table.uniques.append((column.name,))
            case exp.DefaultColumnConstraint():
                self._default(column, kind.this)
            case exp.CheckColumnConstraint():
                self._check(table, kind.this, columns)
            case exp.Reference():
                self._reference(column, kind)
            case exp.AutoIncrementColumnConstraint() | exp.GeneratedAsIdentityColumnConstraint():
                column.fresh = True
            case _:
                self.notes[f"`{text_of(kind.sql(), 60)}` of `{column.name}` is left out."] = None

    def _default(self, column: Column, value: Any) -> None:
        match value:
            case exp.Literal(this=text) if value.is_string:
                column.default = text
            case exp.Literal() | exp.Neg():
                number = float(value.sql())
                column.default = int(number) if number.is_integer() else number
            case exp.Boolean():
                column.default = bool(value.this)
            case exp.Null():
                pass
            case _ if column.kind in {"dt.datetime", "dt.date"}:
                column.fresh = True  # now(), current_timestamp and the like
            case _:
                self.notes[f"The default `{text_of(value.sql(), 40)}` is left out."] = None
                column.required = False

    def _reference(self, column: Column, reference: exp.Reference) -> None:
        target = reference.this
        table = target.this if isinstance(target, exp.Schema) else target
        listed = target.expressions if isinstance(target, exp.Schema) else []
        column.references = (table.name.lower(), listed[0].name.lower() if listed else "")

    def _rule(self, table: Table, rule: Any, columns: dict[str, str]) -> None:
        if isinstance(rule, exp.Constraint):
            for one in rule.expressions:
                self._rule(table, one, columns)
            return
        names = [columns.get(one.name.lower(), "") for one in getattr(rule, "expressions", [])]
        match rule:
            case exp.PrimaryKey():
                self._key(table, names)
            case exp.ForeignKey():
                reference = rule.args.get("reference")
                if len(names) == 1 and names[0] and isinstance(reference, exp.Reference):
                    self._reference(table.column(names[0]), reference)
                else:
                    self._left_out(rule)
            case exp.UniqueColumnConstraint():
                listed = rule.this.expressions if isinstance(rule.this, exp.Schema) else []
                unique = tuple(columns.get(one.name.lower(), "") for one in listed)
                if unique and all(unique):
                    table.uniques.append(unique)
            case exp.CheckColumnConstraint() | exp.Check():
                self._check(table, rule.this, columns)
            case _:
                self._left_out(rule)

    def _left_out(self, rule: Any) -> None:
        self.notes[f"`{text_of(rule.sql(), 80)}` is left out."] = None

    def _key(self, table: Table, names: list[str]) -> None:
        if len(names) == 1:
            table.key = names[0]
        elif all(names):
            table.uniques.append(tuple(names))
            for name in names:
                table.column(name).required = True
            self.notes[
                f"`{table.name}` has a key of several columns; here a row's address is its "
                "`row_number`."
            ] = None

    def _check(self, table: Table, rule: Expr, columns: dict[str, str]) -> None:
        """A rule in SQLite's words, if it is made of nothing but columns and constants."""
        plain = rule.copy()
        known = all(
            isinstance(node, _IN_RULES)
            and (not isinstance(node, exp.Column) or node.name.lower() in columns)
            for node in plain.walk()
        )
        if not known:
            self.notes[f"The rule `{text_of(rule.sql(), 80)}` is not checked."] = None
            return
        for node in list(plain.find_all(exp.Column)):
            safe = exp.column(exp.to_identifier(columns[node.name.lower()], quoted=True))
            if node is plain:
                plain = safe
            else:
                node.replace(safe)
        table.checks.append(plain.sql(dialect="sqlite"))

    def finished(self) -> list[Table]:
        """With references resolved; every table has a key."""
        for table in self.tables.values():
            if not table.key:
                name = identifier("row_number", {one.name for one in table.columns})
                table.columns.insert(0, Column(name=name, kind="int", fresh=True))
                table.key = name
            key = table.column(table.key)
            key.fresh = key.fresh or key.kind == "int"
            key.required = True
        for table in self.tables.values():
            for column in table.columns:
                self._resolve(column)
        return self._ordered()

    def _resolve(self, column: Column) -> None:
        if column.references is None:
            return
        written, named = column.references
        target = self.tables.get(self._names.get(written, ""))
        if target is None or (named and identifier(named) != target.key):
            self.notes[f"`{column.name}` points to what is not here; that is not checked."] = None
            column.references = None
        else:
            column.references = (target.name, target.key)

    def _ordered(self) -> list[Table]:
        """Those that others point to first."""
        done: dict[str, Table] = {}
        waiting = dict(self.tables)
        while waiting:
            ready = [
                one
                for one in waiting.values()
                if all(
                    c.references is None or c.references[0] in {*done, one.name}
                    for c in one.columns
                )
            ] or list(waiting.values())
            for one in ready:
                done[one.name] = waiting.pop(one.name)
        return list(done.values())
