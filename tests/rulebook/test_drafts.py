"""Drafts: hostile ones are refused by name, only the office edits, nobody overwrites another, each is entered."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.ledger.models import LedgerEntry
from app.people.desks import desks_with_keys
from app.people.models import Member
from app.rulebook import drafts
from app.rulebook.drafts import Refused
from app.rulebook.live import live_number
from app.rules.drafts import as_body, as_text, export_part, file_text, import_part, read_set
from app.rules.duties import MAX_CHARS, RuleError
from tests.makers import Town
from tests.rulebook.walk import begun, change, draft, form_of, gas_to, put_in_force

BOMB = (
    "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]\n"
)
HOSTILE = {
    "huge": "x" * (MAX_CHARS + 1),
    "bomb": BOMB,
    "cycle": "departments: &a [*a]",
    "deep": "[" * 100_000,
    "wide": "[" + "1," * 70_000 + "1]",
    "no mapping": "- 1",
    "tag": "departments: !!python/object/apply:os.system ['true']",
    "key that is a list": "{[a, b]: 1}",
    "key twice": "departments: 1\ndepartments: 2",
    "no day": "departments: 2026-13-45",
    "nothing in it": "departments: {}",
    "no yaml": "departments: ]",
    "nobody's sector": "src: choice\nsectors: {nowhere: [一句话也不少]}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(small_town: Town, name: str) -> None:
    """Somebody's file would take the memory of the server, run code in it, or leave a draft that cannot be read."""
    before = begun(small_town)
    with pytest.raises(Refused) as refused:
        change(small_town, lambda text: import_part(text, HOSTILE[name]))
    assert "这一条" in str(refused.value)
    assert draft(small_town).body == before.body
    assert draft(small_town).version == 1


def rewritten(text: str, make: Callable[[dict[str, dict[str, object]]], object]) -> str:
    body = as_body(text)
    make(body["duties"]["sectors"])
    return as_text(body)


BROKEN: dict[str, tuple[Callable[[dict[str, dict[str, object]]], object], str]] = {
    "unknown desk": (lambda found: found["gas"].update(town_desk="nowhere"), "sectors.gas"),
    "unknown bureau": (lambda found: found["gas"].update(lead="nobody"), "sectors.gas"),
    "no source": (lambda found: found["gas"].pop("src"), "sectors.gas"),
    "hints no texts": (lambda found: found["gas"].update(hints=[1]), "sectors.gas"),
    "a hint like a book": (lambda found: found["gas"].update(hints=["气" * 21]), "sectors.gas"),
    "hidden letters": (lambda found: found["gas"].update(name="燃\u202e气"), "sectors.gas"),
    "no unknown": (lambda found: found.pop("unknown"), "unknown"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named(name: str) -> None:
    """Whoever edits would not know which of a hundred entries is wrong, or the draft be kept broken."""
    make, where = BROKEN[name]
    with pytest.raises(Refused) as refused:
        drafts.readable(rewritten(file_text(), make))
    assert where in str(refused.value)


def test_a_lost_sector_stops_the_draft(small_town: Town) -> None:
    """Cases would stand under a sector that nobody leads."""
    begun(small_town)
    body = as_body(draft(small_town).body)
    del body["duties"]["sectors"]["fireworks"]
    del body["examples"]["sectors"]["fireworks"]
    change(small_town, lambda _: as_text(body))
    with pytest.raises(Refused, match=r"sectors\.fireworks.*烟花爆竹"):
        put_in_force(small_town)


def test_what_is_law_cannot_be_edited(small_town: Town) -> None:
    """The office could send accusations of officials, or deaths, to a desk of its choice."""
    begun(small_town)
    body = as_body(draft(small_town).body)
    sectors = body["duties"]["sectors"]
    sectors["gas"]["escalate"] = sectors["corruption"].pop("escalate")
    change(small_town, lambda _: as_text(body))
    with pytest.raises(Refused, match="法定"):
        put_in_force(small_town)
    before = read_set(file_text()).duties.sectors["corruption"]
    typed = form_of(
        file_text(), "corruption", town_desk="anjian", lead="yingji", enforce=True, hints=("红包",)
    )
    after = read_set(drafts.with_sector(file_text(), "corruption", typed)).duties.sectors["corruption"]
    assert (after.town_desk, after.lead, after.may_enforce) == (before.town_desk, before.lead, False)


def test_a_desk_without_a_living_key_stops_the_draft(small_town: Town) -> None:
    """Reports would be routed to a desk that can open none."""
    begun(small_town)
    gas_to(small_town, "anjian")
    with small_town.tools.database.work(write=True) as session:
        session.get_one(Member, small_town.members["anjian"].id).active = False
        session.flush()
        assert "anjian" not in desks_with_keys(session)
    with pytest.raises(Refused, match="没有有效密钥"):
        put_in_force(small_town)
    with small_town.tools.database.work() as session:
        assert live_number(session) == 0


def test_only_the_office_changes_rules(small_town: Town) -> None:
    """Any desk could send a colleague's reports to itself."""
    row = begun(small_town)
    for who in ("chengjian", "dispatch", "admin", "signer", "jijian"):
        holder = small_town.holder(who)
        for act in (
            lambda holder=holder: drafts.begin(small_town.tools, holder, 0),
            lambda holder=holder: drafts.edit(
                small_town.tools, holder, drafts.mark_of(row), "", lambda text: text
            ),
            lambda holder=holder: drafts.put_in_force(small_town.tools, holder, drafts.mark_of(row), "因为"),
            lambda holder=holder: drafts.drop(small_town.tools, holder, drafts.mark_of(row)),
        ):
            with pytest.raises(Refused, match="只有安委办"):
                act()


def test_two_officers_at_once_lose_nothing(town: Town) -> None:
    """Whoever saved last would overwrite what the other had changed, or put in force what they never saw."""
    seen = drafts.mark_of(begun(town))
    gas_to(town, "anjian")
    office = town.holder("office")
    with pytest.raises(Refused, match="刚有别人"):
        drafts.edit(
            town.tools, office, seen, "", lambda text: drafts.with_example(text, "gas", "灶台底下嘶嘶响")
        )
    with pytest.raises(Refused, match="刚有别人"):
        drafts.put_in_force(town.tools, office, seen, "因为")
    with pytest.raises(Refused, match="刚有别人"):
        drafts.drop(town.tools, office, seen)
    with pytest.raises(Refused, match="已经有一份草稿"):
        drafts.begin(town.tools, office, 0)
    assert read_set(draft(town).body).duties.sectors["gas"].town_desk == "anjian"
    drafts.drop(town.tools, office, drafts.mark_of(draft(town)))
    assert drafts.mark_of(begun(town)) != seen  # the number is the same, the draft is another


def test_each_change_is_in_the_ledger(small_town: Town) -> None:
    """Nobody could say afterwards who sent which sector where, and when."""
    begun(small_town)
    gas_to(small_town, "anjian")
    change(small_town, lambda text: drafts.with_example(text, "gas", "灶台底下嘶嘶响,一股臭鸡蛋味"))
    change(small_town, lambda text: text)  # nothing changed, nothing entered
    put_in_force(small_town)
    begun(small_town, 1)
    drafts.drop(small_town.tools, small_town.holder("office"), drafts.mark_of(draft(small_town)))
    with small_town.tools.database.work() as session:
        kinds = session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.index)).all()
    assert [kind for kind in kinds if kind.startswith("rules_")] == [
        "rules_begun",
        "rules_changed",
        "rules_changed",
        "rules_in_force",
        "rules_begun",
        "rules_dropped",
    ]


def test_what_is_exported_can_be_imported(small_town: Town) -> None:
    """The office could not work on the file at its desk, or would lose entries on the way."""
    text = file_text()
    for part in ("duties", "examples"):
        assert json.loads(import_part(text, export_part(text, part))) == json.loads(text)


def test_a_power_needs_its_basis() -> None:
    """The town would order and punish without anybody having given it the power."""
    with pytest.raises(Refused, match="依据"):
        drafts.with_sector(file_text(), "gas", form_of(file_text(), "gas", enforce=True))
    typed = form_of(file_text(), "gas", enforce=True, enforce_basis="委托书〔2026〕3号")
    assert read_set(drafts.with_sector(file_text(), "gas", typed)).duties.sectors["gas"].may_enforce
    body = as_body(file_text())
    body["duties"]["town_may_enforce"]["sectors"]["gas"] = {"basis": "", "src": "town"}
    with pytest.raises(RuleError, match="gas"):
        read_set(as_text(body))


def test_an_example_names_nobody_by_number() -> None:
    """A telephone or plate from a report would stand in a file that anybody may read."""
    for written in ("打13700000000问问", "津C·88010在卸油"):
        with pytest.raises(Refused, match="长数字"):
            drafts.with_example(file_text(), "gas", written)
    with pytest.raises(Refused, match="已经有"):
        drafts.with_example(file_text(), "fire", "楼道里闻着煤气味好几天了,燃气公司来人看了一眼就走了")
