# Holds manifests against schemas that others wrote. On standard input: [{"kind": ..., "text": YAML}, ...]; prints for each
# {"documents": [...], "errors": [...]}. Arguments: KServe's schemas and Compose's, as files.
import json
import sys

import jsonschema
import kubernetes_validate
import yaml

with open(sys.argv[1]) as file:
    kserve = json.load(file)["schemas"]
with open(sys.argv[2]) as file:
    compose = json.load(file)["schema"]


def strict(schema):
    """A cluster refuses unknown fields (kubectl's --validate=strict); in a CRD's schema that goes without saying."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    known = {name: strict(part) for name, part in schema.items()}
    is_closed = isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields")
    return {"additionalProperties": False, **known} if is_closed else known


def metadata_of_kubernetes(schema):
    """A CRD says of its metadata only that it is an object."""
    return {**schema, "properties": {**schema["properties"], "metadata": {}}}


def errors_by(schema, document):
    found = jsonschema.validators.validator_for(schema)(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in found]


def errors_of(kind, document):
    if kind == "compose":
        return errors_by(compose, document)
    if kind == "kserve":
        return errors_by(strict(metadata_of_kubernetes(kserve[document["kind"]])), document)
    try:
        kubernetes_validate.validate(document, "1.37", strict=True)
        return []
    except kubernetes_validate.ValidationError as error:
        return [f"{error.path}: {error.message}" if hasattr(error, "path") else error.message]


answers = []
for task in json.load(sys.stdin):
    documents = list(yaml.safe_load_all(task["text"]))
    errors = [error for document in documents for error in errors_of(task["kind"], document)]
    answers.append({"documents": documents, "errors": errors})
print(json.dumps(answers))
