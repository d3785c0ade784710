"""Error pages: what happened and what to do, in the reader's language; to the log without content."""

import errno
import logging
import sqlite3

from flask import Flask, Response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from app.db.versions import Outrun
from app.people.grants import NoKey
from app.sealing.secrets import Busy
from app.web.problems import problem

log = logging.getLogger("anshao")

Page = tuple[str, int] | Response
API = "/api/"  # its errors are read by a program


def page(status: int) -> Page:
    if request.path.startswith(API):
        return problem(status)
    title, text = words(status)
    return render_template("web/error.html", title=title, text=text, status=status), status


def words(status: int) -> tuple[str, str]:
    """Title and advice for a status."""
    known = {
        400: (_("这个请求看不懂"), _("可能没传完。请退回上一页再试一次，您写的内容还在。")),
        403: (_("这里您不能进"), _("请从首页重新开始。")),
        404: (_("没有这个页面"), _("请检查地址，或者从首页重新开始。")),
        405: (_("不能这样打开"), _("请从首页重新开始。")),
        409: (_("别人刚刚改过"), _("请退回上一页，刷新后再试。")),
        413: (_("传的东西太大"), _("照片一共不能超过 60 MB。请少选几张再试，写的内容还在上一页。")),
        429: (_("现在人多，请稍等"), _("请过一分钟再试，您写的内容还在上一页。")),
        503: (_("现在人多，请稍等"), _("请过一分钟再试，您写的内容还在上一页。")),
        507: (_("现在存不下了"), _("请打值班电话报告，或者过些时候再来。您写的内容还在上一页。")),
    }
    return known.get(status, (_("出错了"), _("不是您的问题。请退回上一页再试一次，您写的内容还在。")))


def register(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Page:
        answer = page(error.code or 500)
        allowed = getattr(error, "valid_methods", None)
        if isinstance(answer, Response) and allowed:
            answer.headers["Allow"] = ", ".join(sorted(allowed))
        return answer

    @app.errorhandler(NoKey)
    def on_no_key(_error: NoKey) -> Page:
        return page(404)  # whoever lacks the key does not learn whether it exists

    @app.errorhandler(Outrun)
    def on_outrun(_error: Outrun) -> Page:
        return page(409)

    @app.errorhandler(Busy)
    def on_busy(_error: Busy) -> Page:
        return page(503)

    @app.errorhandler(DataError)
    def on_data(_error: DataError) -> Page:
        return page(400)  # letters that no text can hold, in an address or a hidden field

    @app.errorhandler(OperationalError)
    def on_database(error: OperationalError) -> Page:
        return page(failed(error))

    @app.errorhandler(OSError)
    def on_system(error: OSError) -> Page:
        return page(failed(error))

    @app.errorhandler(Exception)
    def on_error(error: Exception) -> Page:
        log.error("unexpected %s at %s", type(error).__name__, places(error))
        return page(500)


def failed(error: Exception) -> int:
    """The status for a database or a disk that will not take anything now; said to the log, without its message."""
    log.error(
        "unexpected %s at %s%s", type(error).__name__, places(error), " (full)" if is_full(error) else ""
    )
    if is_full(error):
        return 507
    return 503 if isinstance(error, OperationalError) else 500


def is_full(error: Exception) -> bool:
    """Whether the disk is full: as SQLite, PostgreSQL (disk_full) or the system says it."""
    if isinstance(error, OperationalError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code == sqlite3.SQLITE_FULL or getattr(error.orig, "sqlstate", None) == "53100"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def places(error: Exception) -> str:
    """Where it happened, as module:line; never the message, which may hold what somebody wrote."""
    at, found = error.__traceback__, []
    while at is not None:
        found.append(f"{at.tb_frame.f_globals.get('__name__', '?')}:{at.tb_lineno}")
        at = at.tb_next
    ours = [place for place in found[:-1] if place.startswith("app.")]
    return " ".join([*ours[-3:], *found[-1:]])
