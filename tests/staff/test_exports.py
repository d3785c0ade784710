"""What leaves as a file or on paper: only what may be known, never what is sealed, each copy marked and entered."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.figures import exports
from app.figures.exports import COLUMNS, Mark, Table, export_key
from app.figures.sheets import STARTS, as_csv, as_xlsx
from app.intake.take import take
from app.intake.visits import open_visit
from app.ledger.models import LedgerEntry
from app.ledger.verify import verify
from app.ledger.write import history
from app.people.admission import seat
from app.people.models import Desk, Member
from app.tips.content import Report
from tests.casework.test_counting import closed, struck_off
from tests.casework.test_reserved import accused
from tests.casework.test_way import desktop, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member
from tests.web.door import app_of, signed_in

MARK = Mark("下仓镇", "王 & 某", datetime(2026, 11, 24, 10, 5, tzinfo=UTC), "AB12-CD34-EF56")
MAY_EXPORT = {"handling", "dispatch", "office", "signer"}
MAY_REGISTER = {"handling", "dispatch", "office", "discipline"}
SERIAL = re.compile(r"编号 ((?:[0-9A-F]{4}-?){3})")
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def ask(
    town: Town, who: str, form: str = "csv", columns: list[str] | None = None, **more: str
) -> TestResponse:
    client, secret = signed_in(app_of(town), town, who)
    days = {"from": "2026-01-01", "to": "2026-12-31"}
    typed = {**days, "form": form, "columns": list(COLUMNS) if columns is None else columns, **more}
    return client.post("/desk/export", data={"csrf": secret, **typed})


def register(town: Town, who: str, name: str, form: str = "csv") -> TestResponse:
    client, _ = signed_in(app_of(town), town, who)
    return client.get(f"/desk/registers/{name}?from=2026-01-01&to=2026-12-31&form={form}")


def read_csv(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def numbers(answer: TestResponse) -> set[str]:
    return {row[0].replace(" ", "") for row in read_csv(answer.data)[1:-1]}


def test_each_door_for_each_role(small_town: Town) -> None:
    """Somebody whose key opens nothing would take a list of all cases home."""
    verified(small_town)
    with small_town.tools.database.work() as session:
        roles = {
            desk.id: desk.role for desk in session.scalars(select(Desk)) if desk.id in small_town.members
        }
    for who, role in roles.items():
        client, secret = signed_in(app_of(small_town), small_town, who)
        typed = {"csrf": secret, "form": "csv", "columns": ["number"]}
        may = 200 if role in MAY_EXPORT else 403
        assert client.get("/desk/export").status_code == (
            200 if role in MAY_EXPORT | MAY_REGISTER else 403
        ), who
        assert client.post("/desk/export", data=typed).status_code == may, who
        for name in ("tips", "hazards"):
            wanted = 200 if role in MAY_REGISTER else 403
            assert client.get(f"/desk/registers/{name}").status_code == wanted, who
    stranger = app_of(small_town).test_client()
    assert stranger.get("/desk/export").status_code == 303
    assert stranger.get("/desk/registers/tips").status_code == 303


def test_the_list_holds_what_the_holder_may_know(town: Town) -> None:
    """A desk would carry off other desks' cases, or the office one on an official."""
    own, other = verified(town), take(town.tools, sent())
    step(town, other, "transfer", desk="anjian", reason="归应急办")
    accused(town)
    mine, theirs = (
        desktop(town, one.case_id, who).now.number for one, who in ((own, "chengjian"), (other, "anjian"))
    )
    assert numbers(ask(town, "chengjian")) == {mine}
    assert numbers(ask(town, "anjian")) == {theirs}
    assert numbers(ask(town, "office")) == numbers(ask(town, "signer")) == {mine, theirs}


def test_what_one_member_holds_alone_is_not_on_the_desk_s_list(small_town: Town) -> None:
    """Whom a reporter shut out would find the case in an export or in the register that lies on the desk."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "transfer", desk="anjian", member="anjian", reason="有人要回避")
    add_member(small_town, "second", list(small_town.holder("anjian").epochs.values()), "anjian")
    assert numbers(ask(small_town, "second")) == set()
    assert len(numbers(ask(small_town, "anjian"))) == 1
    for who in ("second", "anjian"):
        assert len(read_csv(register(small_town, who, "tips").data)) == 2


FORGED = ("facts", "ledger_key", "origin", "tips", "outcome", "next_due", "__class__", "id", "version", "")


@pytest.mark.parametrize("column", FORGED)
def test_a_sealed_column_cannot_be_chosen(small_town: Town, column: str) -> None:
    """A form changed by hand would give out what is sealed, or when an objection is due."""
    verified(small_town)
    before = entries(small_town)
    answer = ask(small_town, "office", columns=["number", column])
    assert answer.status_code == 422
    assert "密封" in answer.text
    assert entries(small_town) == before


def entries(town: Town) -> int:
    with town.tools.database.work() as session:
        return len(session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "exported")).all())


def test_a_closed_case_with_an_objection_looks_like_any_other(small_town: Town) -> None:
    """A due day of a closed case would tell the office that somebody reported, and objected."""
    taken = closed(small_town)
    with small_town.tools.database.work(write=True) as session:
        case = session.get_one(type(desktop(small_town, taken.case_id).case), taken.case_id)
        case.next_due = date(2026, 12, 20)
    (row,) = read_csv(ask(small_town, "office").data)[1:-1]
    assert [cell for cell in row if "2026-12" in cell] == []


@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
def test_each_copy_is_marked_and_entered_first(
    small_town: Town, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that leaked could not be traced to who took it, or would leave without a trace."""
    verified(small_town)
    answer = ask(small_town, "office", form)
    text = answer.data.decode("utf-8-sig") if form != "xlsx" else "".join(parts_of(answer.data).values())
    found = SERIAL.search(text)
    assert found is not None
    assert "office" in text
    key = export_key(small_town.tools, found[1])
    with small_town.tools.database.work() as session:
        (entry,) = history(session, key, key)
        assert (entry.kind, entry.detail["by"], entry.detail["rows"]) == ("exported", "office", 1)
        assert verify(session) == []

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no entry")

    monkeypatch.setattr(exports, "append", broken)
    assert ask(small_town, "office", form).status_code == 500


def parts_of(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def cells_of(book: bytes) -> list[list[str]]:
    """The sheet as another reader sees it: text cells by their place in the shared strings; a formula is none."""
    parts = parts_of(book)
    strings = [
        "".join(one.itertext())
        for one in ElementTree.fromstring(parts["xl/sharedStrings.xml"]).findall("m:si", NS)  # noqa: S314 - our own
    ]
    sheet = ElementTree.fromstring(parts["xl/worksheets/sheet1.xml"])  # noqa: S314 - likewise
    assert sheet.findall(".//m:f", NS) == []
    return [
        [strings[int(cell.findtext("m:v", "", NS))] for cell in row.findall("m:c", NS)]
        for row in sheet.findall(".//m:row", NS)
    ]


NASTY = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from(STARTS), max_size=20
)


@given(st.lists(NASTY, min_size=2, max_size=2))
def test_no_cell_is_a_formula(row: list[str]) -> None:
    """An enterprise's name would run a command on the office's computer when the list is opened."""
    table = Table("清单", ("甲", "乙"), (tuple(row),))
    lines = read_csv(as_csv(table, MARK))
    for seen, given_text in zip(lines[1], row, strict=True):
        assert not seen or seen.lstrip(" \u3000")[:1] not in STARTS
        assert seen in (given_text, f"'{given_text}")


def test_a_sheet_s_cells_are_text(small_town: Town) -> None:
    """The same for XLSX; and a number with a leading zero would lose it."""
    rows = (("0123 4567", "=1+1"), ("+86", "http://example.org/"))
    book = as_xlsx(Table("清单 & 表", ("甲", "乙"), rows), MARK)
    assert cells_of(book) == [[MARK.words], ["甲", "乙"], *map(list, rows)]
    parts = parts_of(book)
    assert "AB12-CD34-EF56" in parts["docProps/core.xml"]
    assert "王 &amp; 某" in parts["docProps/core.xml"]
    footer = ElementTree.fromstring(parts["xl/worksheets/sheet1.xml"]).findtext(".//m:oddFooter", "", NS)  # noqa: S314 - our own
    assert "王 && 某" in footer


def test_csv_opens_right() -> None:
    """WPS and Excel would show Chinese as signs of another alphabet, or break a cell at a comma or a line end."""
    body = as_csv(Table("清单", ("单位", "说明"), (("某,某", "一\n二"),)), MARK)
    assert body.startswith(b"\xef\xbb\xbf")
    assert read_csv(body) == [["单位", "说明"], ["某,某", "一\n二"], [MARK.words]]


def test_too_much_at_once_is_refused_in_words(small_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of a million rows would take the worker's memory, or be cut short and look whole."""
    for _ in range(3):
        take(small_town.tools, sent())
    monkeypatch.setattr(exports, "MOST_ROWS", 2)
    answer = ask(small_town, "chengjian")
    assert answer.status_code == 422
    assert "超过 2 条" in answer.text
    assert "超过" in register(small_town, "chengjian", "tips").text


@pytest.mark.parametrize("days", [("x", ""), ("2026-12-01", "2026-11-01"), ("2026-02-31", "")])
def test_odd_days_are_explained(small_town: Town, days: tuple[str, str]) -> None:
    """A mistyped day would be a server error, or a list of other days."""
    assert (
        ask(small_town, "office", "csv", None, **dict(zip(("from", "to"), days, strict=True))).status_code
        == 422
    )
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert client.get(f"/desk/registers/tips?from={days[0]}&to={days[1]}").status_code == 422
    assert client.get("/desk/registers/nothing").status_code == 404
    assert client.get("/desk/registers/tips?form=exe").status_code == 404


@pytest.mark.parametrize("name", ["tips", "hazards"])
@pytest.mark.parametrize("days", [("0001-01-01", ""), ("0001-01-01", "0001-01-01"), ("", "9999-12-31")])
def test_the_first_and_the_last_day_of_all_make_a_register(
    small_town: Town, name: str, days: tuple[str, str]
) -> None:
    """Whoever wants all there is, and types the first day there can be, got an error page."""
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert client.get(f"/desk/registers/{name}?from={days[0]}&to={days[1]}").status_code == 200


def test_the_register_of_reports_says_no_word_of_them(town: Town) -> None:
    """The working register, which lies open on a desk, would hold a report's words or a name."""
    told = Report(
        what="煤气罐在楼道里漏气", where="村口小饭馆", channel="12345", enterprise="福顺饭店", not_these=""
    )
    taken = take(town.tools, sent(told))
    verified(town)
    open_visit(
        town.tools, town.holder("chengjian"), origin="patrol", sector="gas", place="大集", enterprise="",
        text="软管老化", uploads=[], once=b"p" * 32,
    )  # fmt: skip
    accused(town)
    answer = register(town, "chengjian", "tips")
    head, *rows, _ = read_csv(answer.data)
    assert head[1] == "举报编号"
    assert len(rows) == 2
    assert taken.receipt is not None
    (row,) = [one for one in rows if one[3] == "12345"]
    assert row[1].replace(" ", "") == taken.receipt.number
    assert row[-1] == f"见密封件第 {taken.receipt.number} 号"
    for words in ("煤气罐", "饭馆", "福顺", OFFICIAL.what):
        assert words not in answer.data.decode()


def test_no_desk_s_register_holds_an_accusation(small_town: Town) -> None:
    """What somebody of discipline prints for their other desk lies open there, with the accusation in it."""
    add_member(small_town, "both", list(small_town.holder("jijian").epochs.values()), "jijian")
    epochs = list(small_town.holder("chengjian").epochs.values())
    with small_town.tools.database.work(write=True) as session:
        seat(session, session.get_one(Member, small_town.members["both"].id), epochs, "chengjian")
    accused(small_town)
    take(small_town.tools, sent())
    both, own = (read_csv(register(small_town, who, "tips").data) for who in ("both", "jijian"))
    assert len(both) == len(own) == 1 + 1 + 1
    assert both[1][1] != own[1][1]


def test_a_merged_report_stands_in_the_register_once(small_town: Town) -> None:
    """One report would be counted twice in the town's books."""
    first, later = take(small_town.tools, sent()), take(small_town.tools, sent(GAS))
    step(small_town, later, "merge", into=desktop(small_town, first.case_id).now.number)
    assert len(read_csv(register(small_town, "chengjian", "tips").data)) == 1 + 2 + 1


def test_the_register_of_hazards_comes_from_records(small_town: Town) -> None:
    """What has to be put right, by whom and until when could not be read from one list; or it would say 举报."""
    taken = verified(small_town)
    struck_off(small_town, taken)
    verified(small_town)
    take(small_town.tools, sent())
    answer = register(small_town, "chengjian", "hazards")
    rows = read_csv(answer.data)[1:-1]
    assert len(rows) == 2
    done = next(row for row in rows if row[-1])
    assert done[2] == "某饭店"
    assert done[6:8] == ["换软管", "店主"]
    assert done[-1] == small_town.now.today().isoformat()
    assert "举报" not in "".join("".join(row) for row in read_csv(answer.data)[:-1])
    assert "举报" not in register(small_town, "chengjian", "hazards", "print").text.partition("<main")[2]


def test_a_register_opens_nothing_without_an_entry(small_town: Town) -> None:
    """Somebody could read all reports' channels and numbers, and nobody could show it afterwards."""
    take(small_town.tools, sent())
    register(small_town, "chengjian", "tips")
    with small_town.tools.database.work() as session:
        kinds = session.scalars(select(LedgerEntry.kind)).all()
    assert {"listed", "exported"} <= set(kinds)
