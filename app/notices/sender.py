"""A program of its own, run for one batch and gone: it alone loads Apprise. No other module of ours is imported here.

Reads one JSON document, answers one JSON line for each item as soon as that is known:
`{"check": url}` → `{"n": 0, "kind": "email", "secure": true}` or `{"n": 0, "why": "scheme" | "form"}`;
`{"send": [{"url", "title", "body", "phone"}], "command": path}` → `{"n": index, "ok": true}`.
Nothing else leaves by its output, and its errors nobody reads: an address must stand in no log.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Lock
from typing import Any

COMMAND = "command://"  # instead of an address: the program named in the settings
PHONE = "{phone}"  # stands in an address for the number to ring
SAMPLE = "13800000000"
COMMAND_SECONDS = 20
MOST_AT_ONCE = 32
SERVICES = {  # what is let in, and nothing else is loaded: services that a town here has, and what a gateway speaks
    "email": ("email", "NotifyEmail", ("mailto", "mailtos")),
    "wecom": ("wecombot", "NotifyWeComBot", ("wecombot",)),
    "dingtalk": ("dingtalk", "NotifyDingTalk", ("dingtalk",)),
    "feishu": ("feishu", "NotifyFeishu", ("feishu",)),
    "lark": ("lark", "NotifyLark", ("lark",)),
    "json": ("custom_json", "NotifyJSON", ("json", "jsons")),
    "form": ("custom_form", "NotifyForm", ("form", "forms")),
    "xml": ("custom_xml", "NotifyXML", ("xml", "xmls")),
}
KINDS = {scheme: kind for kind, (_, _, schemes) in SERVICES.items() for scheme in schemes}
SHOWN = {  # robots' addresses as their makers show them
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=": "wecombot://",
    "https://oapi.dingtalk.com/robot/send?access_token=": "dingtalk://",
    "https://open.feishu.cn/open-apis/bot/v2/hook/": "feishu://",
    "https://open.larksuite.com/open-apis/bot/v2/hook/": "lark://",
}
OPEN = ("mailto", "json", "form", "xml")  # not encrypted on the way
FEISHU = ("open.feishu.cn", "open.larksuite.com")


def plain(url: str) -> str:
    """An address with a scheme of ours."""
    for shown, ours in SHOWN.items():
        if url.startswith(shown):
            return ours + url[len(shown) :]
    return url


def make(url: str) -> Any:
    """Apprise's object for an address, told to keep nothing and to name no third party; None where it cannot be read.

    Its service alone is loaded: loading all of them, as Apprise does by itself, takes three times as long.
    """
    import apprise

    logging.disable(logging.CRITICAL)  # its messages quote addresses
    url = plain(url)
    kind = KINDS.get(url.partition("://")[0].lower())
    if kind is None:
        return None
    module, name, _ = SERVICES[kind]
    service = getattr(import_module(f"apprise.plugins.{module}"), name)
    look = apprise.AppriseAsset(
        app_id="Anshao", app_desc="Anshao", app_url="", image_url_mask="", image_path_mask=""
    )
    try:
        return service(asset=look, **service.parse_url(url))
    except Exception:  # of any kind: each service refuses in its own way
        return None


def check(url: str) -> dict[str, object]:
    """What kind of address this is, or why it is none: `scheme` (not let in), `form` (cannot be read)."""
    scheme = plain(url).partition("://")[0].lower() if "://" in url else ""
    if scheme not in KINDS:
        return {"n": 0, "why": "scheme"}
    if make(url.replace(PHONE, SAMPLE)) is None:
        return {"n": 0, "why": "form"}
    return {"n": 0, "kind": KINDS[scheme], "secure": scheme not in OPEN}


def send_one(item: Mapping[str, str], command: str) -> bool:
    """Whether it was taken; never raises."""
    try:
        if item["url"] == COMMAND:
            return ring(command, item["phone"], item["body"])
        made = make(item["url"].replace(PHONE, item["phone"]))
        if made is None:
            return False
        made.notify_format = "text"  # no HTML around one line
        return bool(made.notify(body=item["body"], title=item["title"]))
    except Exception:
        return False


def ring(command: str, phone: str, body: str) -> bool:
    """The program gets the number in its first line and the words in the second; status 0 means taken."""
    if not command:
        return False
    done = subprocess.run(  # noqa: S603 - the path stands in the settings, and what it is given comes by a pipe
        [command], input=f"{phone}\n{body}\n".encode(), capture_output=True, timeout=COMMAND_SECONDS
    )
    return done.returncode == 0


def refuse_soft_errors() -> None:
    """WeCom, DingTalk and Feishu answer 200 also when they refuse, and say so in the body: make it a failure."""
    import requests

    usual = requests.Session.send

    def send(self: Any, request: Any, **more: Any) -> Any:
        answer = usual(self, request, **more)
        if says_no(str(answer.url), answer.content):
            answer.status_code = 502
        return answer

    requests.Session.send = send  # type: ignore[method-assign]  # of this short-lived process alone


def says_no(url: str, body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    code = said.get("errcode") or (said.get("code") if any(host in url for host in FEISHU) else 0)
    return code not in (None, 0, "0")


def main() -> None:
    asked = json.load(sys.stdin)
    if "check" in asked:
        print(json.dumps(check(str(asked["check"]))), flush=True)  # noqa: T201 - the answer
        return
    items, lock = asked["send"], Lock()
    if any(item["url"] != COMMAND for item in items):
        refuse_soft_errors()

    def do(n: int) -> None:
        ok = send_one(items[n], str(asked["command"]))
        with lock:
            print(json.dumps({"n": n, "ok": ok}), flush=True)  # noqa: T201 - the answer

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        list(pool.map(do, range(len(items))))


if __name__ == "__main__":
    main()
