"""Holds WinGet manifests against the official schemas, and says which scalars a YAML reader takes for no text.

    python judge.py FOLDER-OF-SCHEMAS MANIFEST…

Prints for each file what the schema of its type and version minds, and the scalars that are no texts to readers of
YAML 1.1 and 1.2. The schemas are for texts only, save for these keys.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft7Validator, FormatChecker
from ruamel.yaml import YAML

NUMBERS = {"InstallerSuccessCodes", "InstallerReturnCode"}
FLAGS = {
    "InstallerAbortsTerminal",
    "InstallLocationRequired",
    "RequireExplicitUpgrade",
    "DisplayInstallWarnings",
    "DownloadCommandProhibited",
    "ArchiveBinariesDependOnPath",
}


def load(path, kind, version=None):
    reader = YAML(typ=kind, pure=True)
    if version:
        reader.version = version
    return reader.load(path.read_text(encoding="utf-8"))


def typed(node, key=""):
    if isinstance(node, dict):
        return {name: typed(value, name) for name, value in node.items()}
    if isinstance(node, list):
        return [typed(value, key) for value in node]
    if key in NUMBERS:
        return int(node)
    if key in FLAGS:
        return node == "true"
    return node


def no_texts(texts, node, place=""):
    if isinstance(texts, dict):
        for name, value in texts.items():
            if name not in node:
                yield f"{place}/{name}"
            else:
                yield from no_texts(value, node[name], f"{place}/{name}")
    elif isinstance(texts, list):
        for at, (value, other) in enumerate(zip(texts, node)):
            yield from no_texts(value, other, f"{place}/{at}")
    elif texts != node:
        yield place


def judged(schemas, path):
    texts = load(path, "base")
    schema = schemas / f"manifest.{texts['ManifestType']}.{texts['ManifestVersion']}.json"
    validator = Draft7Validator(json.loads(schema.read_text()), format_checker=FormatChecker())
    return {
        "wrong": [f"{it.json_path}: {it.message}" for it in validator.iter_errors(typed(texts))],
        "no-text": [*no_texts(texts, load(path, "safe")), *no_texts(texts, load(path, "safe", (1, 1)))],
        "content": texts,
    }


print(json.dumps({Path(it).name: judged(Path(sys.argv[1]), Path(it)) for it in sys.argv[2:]}))
