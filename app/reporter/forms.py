"""Forms of the reporter's pages. `once` is idempotency key and forgery protection in one: no cookie, no time limit."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

from app.intake.sent import Sent
from app.reporter.questions import answers_sent
from app.reporter.sealing import sealed_in, sealed_problem
from app.rules.privacy import privacy_notice
from app.sealing.once import new_once, read_once
from app.tips.content import MAX_PHOTOS, Report
from app.tips.identity import Person
from app.web.language import reading
from app.web.text import plain_text

TEXT, LINE = 5000, 200
MODES = {
    "anonymous": _l("匿名"),
    "callback": _l("留一个电话，由保密专员联系"),
    "named": _l("留姓名和电话，封存"),
}

VISITS = {
    "together": _l("和附近几家一起查"),
    "later": _l("过几天再查"),
    "any": _l("随便"),
}


def most(length: int) -> Length:
    return Length(max=length, message=_l("写得太长了，这里最多 %(max)d 个字；写的内容都在，请删短一些。"))


class OnceForm(FlaskForm):
    """A form that needs no cookie: a random `once` makes sending it twice one thing."""

    class Meta:
        csrf = False

    once = HiddenField()

    def validate_once(self, field: HiddenField) -> None:
        try:
            read_once(field.data or "")
        except ValueError:
            field.data = new_once()
            raise ValidationError(
                _l("这一页打开得不对，已经换好了：请再点一次发送，写的内容都在。")
            ) from None


class ReportForm(OnceForm):
    """The report, one page, in the order a person tells it."""

    what = TextAreaField(_l("看到了什么"), [most(TEXT)], filters=[plain_text])
    where = StringField(_l("在哪里"), [most(LINE)], filters=[plain_text])
    photos = MultipleFileField(_l("照片（最多 9 张）"))
    when = StringField(_l("什么时候"), [most(LINE)], filters=[plain_text])
    enterprise = StringField(_l("哪家单位（知道就写）"), [most(LINE)], filters=[plain_text])
    sector = SelectField(_l("是哪一类"), validate_choice=False)
    danger_now = BooleanField(_l("现在就有人有危险"))
    danger_note = StringField(
        _l("哪里、什么危险（这一句值班的人马上能看到）"), [most(LINE)], filters=[plain_text]
    )
    still_dangerous = BooleanField(_l("隐患现在还在"))
    deaths = BooleanField(_l("死过人，或者瞒报了事故"))
    about_official = BooleanField(_l("牵涉干部、检查人员"))
    insider = BooleanField(_l("我是这个单位的职工"))
    for_other = BooleanField(_l("我替别人报"))
    not_these = StringField(_l("谁不能知道（写科室或人名，没有就空着）"), [most(LINE)], filters=[plain_text])
    visit = RadioField(  # shown on the insider's path alone
        _l("怎么去查，才没人猜到您"),
        choices=[SelectChoice(value, label) for value, label in VISITS.items()],
        default="any",
        validate_choice=False,
    )
    mode = RadioField(
        _l("让谁知道是您"),
        choices=[SelectChoice(value, label) for value, label in MODES.items()],
        default="anonymous",
        validate_choice=False,
    )
    sealed_identity = HiddenField()  # name and phone as the phone sealed them: then both fields are empty
    checked = HiddenField()  # that the server has shown the marks in all fields once
    name = StringField(_l("姓名"), [most(40)], filters=[plain_text])
    phone = StringField(_l("电话"), [most(20)], filters=[plain_text])

    def validate_mode(self, field: RadioField) -> None:
        if field.data not in MODES:
            field.data = "anonymous"
            raise ValidationError(_l("请选一种：让谁知道是您。"))

    def validate_sealed_identity(self, field: HiddenField) -> None:
        if self.mode.data == "anonymous" or self.name.data or self.phone.data:
            field.data = ""  # not asked for, or written anew since

    def validate_phone(self, field: StringField) -> None:
        if self.sealed_identity.data:
            if problem := sealed_problem(self):
                raise ValidationError(problem)
        elif (
            self.mode.data in ("callback", "named")
            and sum(letter.isdecimal() for letter in field.data or "") < 7
        ):
            raise ValidationError(_l("要联系您，请写能打通的电话；不想留，就选匿名。"))

    def validate_name(self, field: StringField) -> None:
        if self.mode.data == "named" and not field.data and not self.sealed_identity.data:
            raise ValidationError(_l("选了留姓名，请写姓名；不想留，就选匿名。"))

    def wish(self) -> str:
        """How an insider wants it inspected; nobody else was asked, whatever the form says."""
        if not self.insider.data:
            return ""
        return self.visit.data if self.visit.data in VISITS else "any"

    def sent(self, uploads: list[bytes], poster_sector: str, sectors: frozenset[str]) -> Sent:
        """What is handed in. A name typed under another mode is dropped: it was not asked for."""
        kept: dict[str, Any] = {
            name: self[name].data
            for name in (
                "what", "where", "enterprise", "when", "insider", "about_official", "deaths", "danger_now",
                "still_dangerous", "danger_note", "not_these", "mode",
            )
        }  # fmt: skip
        sector = self.sector.data if self.sector.data in sectors else ""
        consent = privacy_notice().stamp if self.mode.data != "anonymous" else ""  # leaving it is the consent
        named, called = self.mode.data == "named", self.mode.data == "callback"
        person = Person(self.name.data if named else "", self.phone.data if named or called else "")
        return Sent(
            report=Report(
                sector=sector,
                consent=consent,
                answers=answers_sent(),
                visit=self.wish(),
                language=reading(),
                **kept,
            ),
            once=read_once(self.once.data or ""),
            photos=uploads,
            person=person,
            sealed=sealed_in(self),
            poster_sector=poster_sector,
            handed="other" if self.for_other.data else "",
        )


def check_content(form: ReportForm, photos: int) -> None:
    """Text or one photo is needed, at most nine photos, and for a danger what the duty desk may read: the note, or the
    place where nobody in office is accused. The errors are added to the form.
    """
    if not form.what.data and not photos:
        form.what.errors = [*form.what.errors, _l("请写一两句看到了什么，或者至少选一张照片。")]
    place = form.where.data and not form.about_official.data
    if form.danger_now.data and not form.danger_note.data and not place:
        form.danger_note.errors = [
            *form.danger_note.errors,
            _l("勾了“现在有危险”：请写一句在哪里、什么危险，值班的人好去看。"),
        ]
    if photos > MAX_PHOTOS:
        form.photos.errors = [*form.photos.errors, _l("照片最多 9 张；请重新选，写的内容都在。")]


class LookUpForm(FlaskForm):
    """Number and password."""

    class Meta:
        csrf = False

    secret = HiddenField()  # of receipts that are open already and stay so
    number = StringField(_l("举报编号（8 位）"))
    password = StringField(_l("查询密码（16 位）"))


class SayForm(OnceForm):
    """A message, a reply, an objection or a withdrawal."""

    kind = HiddenField()
    message = TextAreaField(_l("写给办理的人"), [most(TEXT)], filters=[plain_text])
    photos = MultipleFileField(_l("补充照片（一次最多 9 张）"))
