"""JSON Schemas of the content files, written from the same models that check them, and the line that names them."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from bot.content.schema import FILE_MODELS, FileKind, kind_of

SCHEMA_FOLDER = "knowledge/.schemas"
"""Where the generated schemas lie, seen from the folder that holds intents/ and knowledge/."""


def modeline(name: str) -> str | None:
    """The first line that tells an editor which schema a file follows; None where nothing is read."""
    kind = kind_of(name)
    if kind is None:
        return None
    up = "../" * name.count("/")
    path = f"{up}{SCHEMA_FOLDER}/{kind}.json"
    inside = "../" * (name.count("/") - 1)
    if name.startswith("knowledge/"):
        path = f"{inside}{SCHEMA_FOLDER.removeprefix('knowledge/')}/{kind}.json"
    return f"# yaml-language-server: $schema={path}"


class _EditorSchema(GenerateJsonSchema):
    """Schemas that read well in an editor: no invented titles, no null for what may be left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        # Leaving a key out is the way to say nothing; the check refuses an empty value just so.
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        inner = super().default_schema(schema)
        if inner.get("default", ...) is None:
            del inner["default"]
        return inner

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        # A day is a text for JSON, so exactly-one-of would refuse what the check accepts.
        return {"anyOf": [self.generate_inner(choice) for choice in schema["choices"].values()]}

    def dict_schema(self, schema: Any) -> JsonSchemaValue:
        inner = super().dict_schema(schema)
        if "patternProperties" in inner:
            inner["additionalProperties"] = False
        return inner


def json_schema(kind: FileKind) -> dict[str, Any]:
    """The JSON Schema of one kind of file."""
    schema = FILE_MODELS[kind].model_json_schema(by_alias=True, schema_generator=_EditorSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
