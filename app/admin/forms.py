"""The form that makes a poster (二维码海报)."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from app.rules.posters import PosterRules, read_people
from app.tips.posters import Audience
from app.web.text import plain_text

VILLAGE = "village"


class PosterForm(FlaskForm):
    """For whom, and about how many people pass or work there. There is no field for an enterprise."""

    class Meta:
        csrf = False  # the session's own secret is checked by `signed_in`

    audience = SelectField(_l("给谁看"), validate_choice=False)
    village = StringField(
        _l("哪个村、哪个社区"),
        [Length(max=30, message=_l("村名最多 30 个字，请写短一些。"))],
        filters=[plain_text],
    )
    people = StringField(_l("大约有多少人从那里经过，或在那里干活"), filters=[plain_text])
    confirmed = BooleanField(_l("人这么少，扫码的人可能被猜出来。我想过了，还是要做。"))
    rules: PosterRules  # given by `with_choices`

    def with_choices(self, rules: PosterRules, sectors: Mapping[str, str]) -> "PosterForm":
        """What can be chosen: `sectors` are names by id."""
        self.rules = rules
        self.audience.choices = {
            _l("按地方"): [
                ("", _l("请选")),
                ("town", _l("全镇")),
                (VILLAGE, _l("一个村或社区（名字写在下面）")),
            ],
            _l("按行业领域"): [(f"sector:{one}", name) for one, name in sectors.items()],
            _l("按一类场所"): [(f"kind:{one.id}", one.name) for one in rules.kinds.values()],
        }
        return self

    def validate_audience(self, field: SelectField) -> None:
        known = {value for group in field.choices.values() for value, _ in group if value}
        if field.data not in known:
            raise ValidationError(_l("请选这张海报给谁看。"))
        if self.village.data and field.data != VILLAGE:
            raise ValidationError(_l("下面写了村名：这里请选“一个村或社区”，或者把村名删掉。"))

    def validate_village(self, field: StringField) -> None:
        if self.audience.data == VILLAGE and not self.rules.is_village(field.data or ""):
            raise ValidationError(
                _l("请写村、社区的全名，以“村”“社区”“居委会”结尾，比如“前进村”。海报不能只给一家单位。")
            )

    def validate_people(self, field: StringField) -> None:
        if read_people(field.data or "") is None:
            raise ValidationError(_l("请写大约多少人，只写一个数字，比如 200。"))

    def needs_confirming(self) -> bool:
        """Whether so few people pass there that somebody must say yes to it (of a form that is otherwise right)."""
        return self.rules.is_small(read_people(self.people.data or "") or 0) and not self.confirmed.data

    def wanted(self) -> Audience:
        """What was asked for, of a form that is right."""
        scope, _, which = (self.audience.data or "").partition(":")
        place = which if scope == "kind" else self.village.data if scope == VILLAGE else ""
        people = read_people(self.people.data or "") or 0
        return Audience(scope, people, place or "", which if scope == "sector" else None)
