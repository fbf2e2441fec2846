"""What the thing under the cursor is."""

from __future__ import annotations

from lsprotocol import types

from dagspec.catalog import catalog, example, is_native
from dagspec.lsp.documents import Document
from dagspec.lsp.references import Reference, described, reference_at
from dagspec.lsp.scope import Scope
from dagspec.lsp.shapes import Shape
from dagspec.lsp.token import Token
from dagspec.native_catalog import native, provider_of
from dagspec.problem import KeyPath, shown
from dagspec.schema_problems import expected
from dagspec.text import fenced


def hover(document: Document, position: types.Position, scope: Scope) -> types.Hover | None:
    """The meaning of a key, an operator or a reference."""
    offset = document.lines.offset(position)
    if reference := reference_at(document.source.text, offset):
        return _hover(document, f"`{reference}`\n\n{described(reference, scope)}", reference)
    token = scope.outline.at(offset)
    text = _about(token, scope) if token else ""
    return _hover(document, text, token) if token and text else None


def _hover(document: Document, text: str, of: Token | Reference) -> types.Hover:
    content = types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.Hover(content, document.lines.range(of.start, of.end))


def _about(token: Token, scope: Scope) -> str:
    path = token.path
    if path[:1] == ("tasks",) and path[2:] == ("operator",) and token.role == "value":
        return operator_text(token.text)
    if token.role != "key":
        return ""
    if path[:1] == ("vars",) and len(path) == 2:
        return f"`${{var.{path[1]}}}`\n\n" + described(Reference("var", str(path[1])), scope)
    if path[:1] == ("tasks",) and len(path) == 2:
        return operator_text(scope.operator_of(str(path[1])))
    if scope.document.kind == "environments" and path[1:2] == ("operator_defaults",) and len(path) == 3:
        return operator_text(str(path[2]))
    return _about_key(path, scope)


def _about_key(path: KeyPath, scope: Scope) -> str:
    key, holder = str(path[-1]), scope.shape(path[:-1])
    shape = holder.keys().get(key) if holder else None
    if holder is None or shape is None:
        return ""
    facts = [expected(_whole(shape)), "required" if key in holder.required() else _default(shape)]
    about = shape.schema.get("description", "")
    return f"**{key}**: {'; '.join(filter(None, facts))}\n\n{about}".rstrip()


def _whole(shape: Shape) -> dict[str, object]:
    """The schema with its references followed, so that its type can be told."""
    return {**shape.schema, "anyOf": list(shape.alternatives())} if "anyOf" in shape.schema else shape.schema


def _default(shape: Shape) -> str:
    default = shape.schema.get("default")
    return "" if default in (None, {}, [], ()) else f"default {_written(default)}"


def _written(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, (list, tuple)) else shown(value)


def operator_text(operator: str) -> str:
    """What an operator does, with an example, as Markdown; empty when it is not known."""
    if kind := catalog().get(operator):
        return f"**{operator}**\n\n{(kind.__doc__ or '').strip()}\n\n{fenced(example(kind), 'yaml')}"
    known = native(operator) if is_native(operator) else None
    if known is None:
        return ""
    provider, version = provider_of(operator) or ("", "")
    required = [f"`{name}`" for name, parameter in known.parameters.items() if parameter.required]
    needs = f"Needs {', '.join(required)}." if required else ""
    head = f"**{operator.rpartition('.')[2]}** ({provider} {version})"
    return "\n\n".join(filter(None, [head, known.doc, needs]))
