"""Errors of the API as RFC 9457 says it: application/problem+json, in words, without content."""

import json
from collections.abc import Mapping, Sequence

from flask import Response

TITLES = {
    400: "请求看不懂",
    401: "令牌不对或者已经收回",
    404: "没有",
    405: "这个地址不能这样用",
    409: "和以前送来的冲突",
    413: "太大",
    415: "只收 application/json",
    422: "有字段不对",
    500: "出错了",
    503: "现在忙，请过一分钟用同一个 Idempotency-Key 再送",
    507: "现在存不下，请过些时候用同一个 Idempotency-Key 再送",
}
RETRY_SECONDS = "60"


def problem(
    status: int,
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error; `errors` name the fields that are wrong."""
    response = Response(json.dumps(problem_value(status, detail, errors), ensure_ascii=False), status)
    response.mimetype = "application/problem+json"
    response.headers.update(headers or {})
    if status in (503, 507):
        response.headers["Retry-After"] = RETRY_SECONDS
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_value(
    status: int, detail: str = "", errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, object]:
    value: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, TITLES[500]),
        "status": status,
    }
    if detail:
        value["detail"] = detail
    if errors:
        value["errors"] = [dict(one) for one in errors]
    return value
