"""Recipes that turn one format of data into another."""

from __future__ import annotations

from apibuilder.generator.cases import Upload
from apibuilder.generator.recipes.recipe import Recipe
from apibuilder.generator.recipes.steps import call, case, post, step

_CSV = 'name,age,note\nAda,36,"a, b"\nAlan,41.5,\nBob,007,true\n'
# Nine levels of nine aliases: 3 billion values if they were written out.
_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

FORMATS = (
    Recipe(
        name="csv_json",
        title="CSV and JSON",
        intents=(
            "csv json",
            "spreadsheet csv json",
            "csv objects",
            "csv data",
            "tabular csv",
            "csv reader",
            "export csv",
            "csv file json",
            "tsv json",
            "csv rows",
            "json array csv",
            "csv converter",
            "convert csv",
            "csv parser",
            "parse csv",
        ),
        words="""
            turn turns csv json convert converts converter conversion parse parses parser file
            files upload uploads table tables row rows column columns header headers delimiter
            separator comma semicolon tab types array object objects into vice versa both
            directions back other way around spreadsheet export exports import imports data
            field fields records record comma-separated quoted text lists list typed numbers tsv
            tab-separated specify specified choose chosen version later self hosted own between
            under spreadsheets excel-exported first line keys download send sends sent over via
            friendly whether where maker creator clone viewer pagination paginated page pages
        """,
        packages=("python-multipart",),
        tests=(
            case(
                "CSV to JSON",
                step(
                    post("/csv-to-json", {"csv": _CSV}),
                    equals={
                        "columns": ["name", "age", "note"],
                        "count": 3,
                        "rows": [
                            {"name": "Ada", "age": 36, "note": "a, b"},
                            {"name": "Alan", "age": 41.5, "note": None},
                            {"name": "Bob", "age": "007", "note": True},
                        ],
                    },
                ),
                step(
                    post(
                        "/csv-to-json",
                        {"csv": "1;2\n", "delimiter": ";", "header": False, "types": False},
                    ),
                    has={"rows": [{"column_1": "1", "column_2": "2"}]},
                ),
                step(
                    call(
                        "POST",
                        "/csv-file-to-json",
                        files={"file": Upload(filename="a.csv", content="\ufeffa\n1\n")},
                    ),
                    has={"rows": [{"a": 1}]},
                ),
                step(post("/csv-to-json", {"csv": ""}), has={"count": 0, "rows": []}),
            ),
            case(
                "JSON to CSV",
                step(
                    post("/json-to-csv", {"rows": [{"a": 1, "b": 'x,"y"'}, {"a": None, "c": [1]}]}),
                    headers={"content-type": "text/csv"},
                    prefix=b'a,b,c\r\n1,"x,""y""",\r\n,,[1]\r\n'.hex(),
                ),
                step(
                    post("/json-to-csv", {"rows": [{"a": 1}], "delimiter": "\t", "header": False}),
                    prefix=b"1\r\n".hex(),
                ),
            ),
            case(
                "wrong tables are refused",
                step(post("/csv-to-json", {"csv": "a,b\n1,2,3\n"}), 422, contains=["Row 1"]),
                step(post("/csv-to-json", {"csv": "a,a\n1,2\n"}), 422, contains=["same name"]),
                step(post("/csv-to-json", {"csv": 'a\n"1\n'}), 422, contains=["not CSV"]),
                step(post("/csv-to-json", {"csv": "a", "delimiter": "x"}), 422),
                step(post("/json-to-csv", {"rows": [1]}), 422),
                step(call("POST", "/json-to-csv", text='{"rows": [{"a": NaN}]}'), 422),
            ),
        ),
    ),
    Recipe(
        name="json_tools",
        title="JSON tools",
        intents=(
            "json formatter",
            "json syntax error",
            "json errors",
            "json syntax",
            "check json syntax",
            "json pretty-print",
            "json format",
            "changed json",
            "json changes",
            "json linting",
            "json pretty",
            "indent json",
            "json formatting",
            "json validation",
            "json comparison",
            "differences json",
            "check json",
            "json checker",
            "valid json",
            "json pretty printer",
            "json compare",
            "json difference",
            "json minifier",
            "readable json",
            "format json",
            "json validator",
            "validate json",
            "pretty json",
            "prettify json",
            "minify json",
            "json diff",
            "compare json",
            "beautify json",
            "json beautifier",
            "json lint",
            "compare two json documents",
            "json documents difference",
        ),
        words="""
            json format formats formatter formatting validate validates validator validation
            pretty print prettify beautify minify minifies diff difference differences compare
            compares two documents document objects indent indentation sort keys lint linter
            syntax error errors valid invalid line string raw text whether check checker correct
            well formed whitespace nicely readable human ugly spaces compact compress tree
            changed changes added removed structural deep specify specified choose chosen
            version later self hosted own between under files what show side prettier nice
            indented send sends sent over via friendly where tell maker creator clone viewer
            pagination paginated page pages
        """,
        tests=(
            case(
                "formatting",
                step(
                    post("/format", {"text": '{"b":1,"a":[true,null]}', "sort_keys": True}),
                    prefix=b'{\n  "a": [\n    true,\n    null\n  ],\n  "b": 1\n}'.hex(),
                ),
                step(
                    post("/format", {"text": '{ "b" : 1 , "a" : "\u00fc" }', "indent": 0}),
                    prefix='{"b":1,"a":"\u00fc"}'.encode().hex(),
                ),
                step(post("/format", {"text": "{'a': 1}"}), 422, contains=["line 1, column 2"]),
            ),
            case(
                "validating",
                step(
                    post("/validate", {"text": '{"a": [1, {"b": 2}]}'}),
                    has={"valid": True, "type": "object", "keys": 1, "depth": 3},
                ),
                step(post("/validate", {"text": "3.5"}), has={"type": "number", "depth": 0}),
                step(
                    post("/validate", {"text": '{"a": 1,\n}'}),
                    has={"valid": False, "error": {"line": 2, "column": 1}},
                ),
                step(post("/validate", {"text": "[NaN]"}), has={"valid": False}),
                step(post("/validate", {"text": ""}), has={"valid": False}),
            ),
            case(
                "comparing",
                step(
                    post(
                        "/diff",
                        {"left": '{"a":1,"b":[1,2],"c/d":0}', "right": '{"b":[1,3,4],"a":1.0}'},
                    ),
                    equals={
                        "equal": False,
                        "changes": [
                            {"path": "/b/1", "kind": "changed", "left": 2, "right": 3},
                            {"path": "/b/2", "kind": "added", "left": None, "right": 4},
                            {"path": "/c~1d", "kind": "removed", "left": 0, "right": None},
                        ],
                    },
                ),
                step(post("/diff", {"left": "[]", "right": "[ ]"}), has={"equal": True}),
                step(post("/diff", {"left": "1", "right": "true"}), has={"equal": False}),
                step(post("/diff", {"left": "{", "right": "1"}), 422, contains=["`left`"]),
            ),
        ),
    ),
    Recipe(
        name="yaml_json",
        title="YAML and JSON",
        intents=(
            "yaml json",
            "yaml formatter",
            "yaml format",
            "yaml to json formatter",
            "yaml linter",
            "yaml checker",
            "check yaml",
            "json yaml",
            "yml json",
            "yaml converter",
            "convert yaml",
            "yaml validator",
            "validate yaml",
        ),
        words="""
            yaml yml json convert converts converter conversion parse parser validate validator
            validation config configuration files file document documents into vice versa both
            directions back other way around kubernetes docker compose checker lint linter
            syntax check convertor text transform transforms specify specified choose chosen
            version later self hosted own between under transformer settings ci pipelines
            pipeline send sends sent over via friendly whether where formatter format formats
            formatted maker creator clone viewer pagination paginated page pages
        """,
        packages=("pyyaml",),
        tests=(
            case(
                "YAML to JSON",
                step(
                    post("/yaml-to-json", {"yaml": "name: Ada\nborn: 1815-12-10\nlangs: [a, b]\n"}),
                    equals={"name": "Ada", "born": "1815-12-10", "langs": ["a", "b"]},
                ),
                step(
                    post("/yaml-to-json", {"yaml": "a: &x {n: 1}\nb: *x\n1: yes\n"}),
                    equals={"a": {"n": 1}, "b": {"n": 1}, "1": True},
                ),
                step(post("/validate", {"yaml": "a: [1, 2]"}), has={"valid": True}),
                step(post("/validate", {"yaml": "a: [1, 2"}), has={"valid": False}),
            ),
            case(
                "JSON to YAML",
                step(
                    post("/json-to-yaml", {"data": {"b": 1, "a": ["x", None, "\u00fc", "no"]}}),
                    headers={"content-type": "application/yaml"},
                    prefix="b: 1\na:\n- x\n- null\n- \u00fc\n- 'no'\n".encode().hex(),
                ),
                step(post("/json-to-yaml", {"data": {"b": 1, "a": 2}, "sort_keys": True}), 200),
            ),
            case(
                "dangerous documents are refused",
                step(post("/yaml-to-json", {"yaml": _BOMB}), 422, contains=["30,000"]),
                step(post("/yaml-to-json", {"yaml": "!!python/object/apply:os.getcwd []"}), 422),
                step(post("/yaml-to-json", {"yaml": "&a [*a]"}), 422),
                step(post("/yaml-to-json", {"yaml": "!!timestamp x"}), 422),
                step(post("/yaml-to-json", {"yaml": "[" * 2000}), 422),
                step(call("POST", "/json-to-yaml", text='{"data": NaN}'), 422),
            ),
        ),
    ),
)
