"""The OpenAPI 3.1 document (`/api/v1/openapi.json`), drawn from the fields that are checked."""

from collections.abc import Iterable
from typing import Any

from app.api.fields import NUMBER_PATTERN, TEXTS, TICKS
from app.tips.content import MAX_PHOTOS, WISHES

MOST_ITEMS = 100
KEY_PATTERN = r"^[\x21-\x7e]{8,128}$"
STATUSES = {  # of the state in clear; a case on an official has none and stays at the first
    "": "已登记",
    "received": "已登记",
    "verifying": "核查中",
    "handed_up": "已移送有权处理的部门",
    "concluded": "已查清",
    "rectifying": "整改中",
    "reinspecting": "整改中",
    "closed": "已办结",
}
ERRORS = {
    "400": "请求看不懂，或缺 Idempotency-Key",
    "401": "令牌不对或者已经收回",
    "409": "同一个 Idempotency-Key 送过别的内容，或者这个工单号已经送过",
    "413": "太大",
    "415": "只收 application/json",
    "422": "有字段不对，或者这件事本镇不能收",
    "503": "现在忙，请用同一个 Idempotency-Key 再送",
    "507": "现在存不下，请用同一个 Idempotency-Key 再送",
}


def document(sectors: Iterable[str]) -> dict[str, Any]:
    """All of it. `sectors`: the ids of the duty list."""
    key = {"name": "Idempotency-Key", "in": "header", "required": True,
           "description": "每一次送新的内容用一个新的；断线重送用同一个。记一天，工单号一直记着。",
           "schema": {"type": "string", "pattern": KEY_PATTERN}}  # fmt: skip
    number = {"name": "external_number", "in": "path", "required": True, "schema": number_schema()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "安哨 热线接入",
            "version": "1",
            "description": "热线中心把举报送进来，按工单号查办到哪一步。姓名、电话只进不出。",
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Tip": tip_schema(sectors),
                "Status": status_schema(),
                "Taken": taken_schema(),
                "Results": results_schema(),
                "Problem": problem_schema(),
            },
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/tips": {
                "post": {
                    "operationId": "hand_in",
                    "summary": "送一件",
                    "parameters": [key],
                    "requestBody": json_body(ref("Tip")),
                    "responses": {
                        "201": answer("收下了", ref("Taken")),
                        "200": answer("这一件先前已经收下，同样的答复", ref("Taken")),
                        **errors("400", "401", "409", "413", "415", "422", "503", "507"),
                    },
                }
            },
            "/api/v1/tips/batch": {
                "post": {
                    "operationId": "hand_in_batch",
                    "summary": "送一批，每件各有结果",
                    "parameters": [key],
                    "requestBody": json_body(batch_schema()),
                    "responses": {
                        "200": answer("每件的结果，次序和送来的一样", ref("Results")),
                        **errors("400", "401", "409", "413", "415", "422", "503", "507"),
                    },
                }
            },
            "/api/v1/tips/{external_number}": {
                "get": {
                    "operationId": "look",
                    "summary": "按工单号查办到哪一步：只有一句话和登记的日子",
                    "parameters": [number],
                    "responses": {
                        "200": answer("办到哪一步", ref("Status")),
                        **errors("401"),
                        "404": problem_answer("这个令牌没有送过这个工单号"),
                    },
                }
            },
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "this_document",
                    "summary": "这一份",
                    "security": [],
                    "responses": {"200": answer("OpenAPI 3.1", {"type": "object"})},
                }
            },
        },
    }


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def problem_answer(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {"schema": ref("Problem")}}}


def errors(*statuses: str) -> dict[str, Any]:
    return {status: problem_answer(ERRORS[status]) for status in statuses}


def number_schema() -> dict[str, Any]:
    return {"type": "string", "pattern": NUMBER_PATTERN, "description": "热线自己的工单号"}


def tip_schema(sectors: Iterable[str]) -> dict[str, Any]:
    texts = {
        name: {"type": "string", "maxLength": most, "description": words}
        for name, (most, words) in TEXTS.items()
    }
    texts["what"] |= {"minLength": 1}
    ticks = {name: {"type": "boolean", "description": words} for name, words in TICKS.items()}
    photo = {"type": "string", "contentEncoding": "base64", "minLength": 4}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["external_number"],
        "anyOf": [{"required": ["what"]}, {"required": ["photos"]}],
        "properties": {
            "external_number": number_schema(),
            "external_due": {"type": "string", "format": "date", "description": "热线要求在哪天前答复"},
            **texts,
            **ticks,
            "sector": {"type": "string", "enum": sorted(sectors), "description": "行业领域；不知道就不写"},
            "visit": {"type": "string", "enum": list(WISHES), "description": "单位职工想怎么查"},
            "photos": {"type": "array", "minItems": 0, "maxItems": MAX_PHOTOS, "items": photo},
        },
    }


def batch_schema() -> dict[str, Any]:
    items = {"type": "object", "description": "每一件和单送的一样；一件不对，别的照收"}
    tips = {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": items}
    return {
        "type": "object",
        "required": ["tips"],
        "additionalProperties": False,
        "properties": {"tips": tips},
    }


def status_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["external_number", "status", "registered_on"],
        "properties": status_properties(),
    }


def status_properties() -> dict[str, Any]:
    words = list(dict.fromkeys(STATUSES.values()))
    return {
        "external_number": number_schema(),
        "status": {"type": "string", "enum": words, "description": "并到同一件事里办的，也写“已办结”"},
        "registered_on": {"type": "string", "format": "date"},
    }


def taken_schema() -> dict[str, Any]:
    digits = {"type": "string", "pattern": "^[0-9]+$"}
    receipt = {"type": "object", "additionalProperties": False, "required": ["number", "password"],
               "properties": {"number": digits, "password": digits},
               "description": "只在要了 receipt 时有；再送一遍，当天还没查过的也还有"}  # fmt: skip
    refused = {"type": "object", "additionalProperties": False, "required": ["position", "advice"],
               "properties": {"position": {"type": "integer", "minimum": 1}, "advice": {"type": "string"}}}  # fmt: skip
    return {
        **status_schema(),
        "properties": {
            **status_properties(),
            "receipt": receipt,
            "photos_refused": {"type": "array", "items": refused},
        },
    }


def results_schema() -> dict[str, Any]:
    result = {"type": "object", "required": ["http_status"],
              "properties": {"http_status": {"type": "integer"}, "tip": ref("Taken"), "problem": ref("Problem")},
              "additionalProperties": False}  # fmt: skip
    return {"type": "object", "required": ["results"], "additionalProperties": False,
            "properties": {"results": {"type": "array", "items": result}}}  # fmt: skip


def problem_schema() -> dict[str, Any]:
    one = {"type": "object", "required": ["field", "detail"], "additionalProperties": False,
           "properties": {"field": {"type": "string"}, "detail": {"type": "string"}}}  # fmt: skip
    return {
        "type": "object",
        "required": ["type", "title", "status"],
        "additionalProperties": False,
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": one},
        },
    }
