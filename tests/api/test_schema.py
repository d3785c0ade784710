"""The OpenAPI document against the real application, by schemathesis: what it says is so, for whatever is sent."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.test_hotline import connected
from tests.makers import Town

# Not that every value of the schema is taken: letters that show nothing make no report, which no schema can say.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
]
EXAMPLES = 20


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", ["hand_in", "hand_in_batch", "look"])
def test_what_the_document_says_is_so(small_town: Town, operation: str, mode: GenerationMode) -> None:
    """A centre would build on a document that is wrong, or find what brings the server down."""
    hotline = connected(small_town)
    schema: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", hotline.app)
    (found,) = [one.ok() for one in schema.include(operation_id=operation).get_all_operations()]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(case=found.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {hotline.token}"}, checks=CHECKS)

    each()
