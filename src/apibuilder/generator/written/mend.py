"""Slips of whole modules that have one right reading: mended without asking anyone."""

from __future__ import annotations

import ast
import re

from apibuilder.generator.written.imports import undefined, with_imports

_RENAMED = {"min": "ge", "max": "le", "minimum": "ge", "maximum": "le", "regex": "pattern"}
_PARAMETERS = frozenset({"Query", "Path", "Field", "Body", "Header", "Form", "ApiPath"})
_HANDLER = '''

@app.exception_handler(RequestValidationError)
async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong, without repeating what was sent: it may hold a password."""
    wrong = [{name: one[name] for name in ("type", "loc", "msg")} for one in error.errors()]
    return JSONResponse({"detail": wrong}, 422)
'''


def mended(source: str) -> str:
    """The same module, as its author meant it. `source` is valid Python."""
    module = ast.parse(source)
    mend = _Mend()
    module = mend.visit(module)
    if mend.changed:
        source = ast.unparse(ast.fix_missing_locations(module)) + "\n"
    if "RequestValidationError" not in source and re.search(r"^app\s*=", source, re.M):
        source = source.rstrip("\n") + "\n" + _HANDLER
    return with_imports(source) if undefined(source) else source


class _Mend(ast.NodeTransformer):
    def __init__(self) -> None:
        self.changed = False

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node.func:
            case ast.Name(id=name) if name in _PARAMETERS:
                for keyword in node.keywords:
                    if keyword.arg in _RENAMED:
                        keyword.arg, self.changed = _RENAMED[keyword.arg], True
            case ast.Attribute(attr="mkdir"):
                self._quietly(node, "exist_ok", "parents")
            case ast.Attribute(value=ast.Name(id="os"), attr="makedirs"):
                self._quietly(node, "exist_ok")
            case ast.Attribute(value=ast.Name(id="sqlite3"), attr="connect"):
                self._below_data(node)
            case _:
                pass
        return node

    def _quietly(self, node: ast.Call, *names: str) -> None:
        for name in names:
            if all(keyword.arg != name for keyword in node.keywords):
                node.keywords.append(ast.keyword(arg=name, value=ast.Constant(value=True)))
                self.changed = True

    def _below_data(self, node: ast.Call) -> None:
        """A database by a name of its own goes to the folder that stays."""
        match node.args:
            case [ast.Constant(value=str() as name), *rest] if not name.startswith((":", "file:")):
                place = (
                    f'os.path.join(os.environ.get("DATA_DIR", "."), {name.rsplit("/", 1)[-1]!r})'
                )
                node.args = [ast.parse(place, mode="eval").body, *rest]
                self.changed = True
            case _:
                pass

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """No folder of static files comes with a module."""
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="app"), attr="mount")) as call if (
                "StaticFiles" in ast.unparse(call)
            ):
                self.changed = True
                return None
            case _:
                return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """`if __name__ == "__main__": uvicorn.run(app)` is never run, and needs its import."""
        if "__name__" in ast.unparse(node.test):
            self.changed = True
            return None
        return self.generic_visit(node)
