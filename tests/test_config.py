"""Settings from outside: what makes no sense stops the start and says why."""

from pathlib import Path

import pytest

from config import SettingError, Settings, load


def loaded(folder: Path, **given: str) -> Settings:
    return load(
        {"ANSHAO_DATA": str(folder), **{f"ANSHAO_{name.upper()}": value for name, value in given.items()}}
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://anshao.example.gov.cn", "https://anshao.example.gov.cn"),
        ("https://anshao.example.gov.cn/", "https://anshao.example.gov.cn"),
        ("https://anshao.example.gov.cn:8443", "https://anshao.example.gov.cn:8443"),
    ],
)
def test_an_address_for_posters_is_taken(tmp_path: Path, given: str, kept: str) -> None:
    """A code would hold two slashes, which some servers answer with "not found"."""
    assert loaded(tmp_path, address=given).address == kept


@pytest.mark.parametrize(
    "given",
    [
        "anshao.example.gov.cn",
        "ftp://anshao.example.gov.cn",
        "https://",
        "https://anshao.example.gov.cn/path",
        "https://anshao.example.gov.cn?x=1",
        "https://anshao.example.gov.cn#x",
        "https://user:word@anshao.example.gov.cn",
        "https://anshao.example.gov.cn:99999",
        "https://anshao.example.gov.cn:0",
        "https://安哨.example.cn",
        "https://anshao.example.gov.cn\n",
        "https://anshao example.gov.cn",
        "https://Anshao.example.gov.cn",
        "javascript:alert(1)",
        "http://anshao.example.gov.cn",
    ],
)
def test_a_wrong_address_stops_the_start(tmp_path: Path, given: str) -> None:
    """Hundreds of posters would be printed with a code that leads nowhere, or over a line that anybody can read."""
    with pytest.raises(SettingError, match="address"):
        loaded(tmp_path, address=given)


def test_a_demonstration_may_do_without_tls(tmp_path: Path) -> None:
    """Nobody could try a poster with the phone in their own house."""
    given = loaded(tmp_path, address="http://192.0.2.7:8000", demonstration="yes")
    assert given.address == "http://192.0.2.7:8000"


def test_letters_bear_the_town_s_own_sign(tmp_path: Path) -> None:
    """Another town's letters would go out under 下仓's number."""
    assert loaded(tmp_path).letter_prefix == "下仓安移"
    assert loaded(tmp_path, town="东赵各庄镇").letter_prefix == "东赵各庄安移"
    assert loaded(tmp_path, letter_prefix="蓟下应急").letter_prefix == "蓟下应急"
    for wrong in ("下仓〔2026〕", "下仓 1", "长" * 13):
        with pytest.raises(SettingError, match="letter_prefix"):
            loaded(tmp_path, letter_prefix=wrong)


def test_notices_have_two_times_a_day(tmp_path: Path) -> None:
    """A town that sets nothing would never be told anything."""
    given = loaded(tmp_path).sending
    assert [one.strftime("%H:%M") for one in given.digest_times] == ["08:30", "14:30"]
    assert (given.danger_repeat, given.danger_command, given.duty_from.hour) == (5, "", 8)
    assert len(loaded(tmp_path, digest_times="08:00,12:00,17:30").sending.digest_times) == 3


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("digest_times", "8:30"),
        ("digest_times", "08:30,"),
        ("digest_times", "24:00"),
        ("digest_times", "14:30,08:30"),
        ("digest_times", "08:30,09:00"),
        ("digest_times", "08:00,10:00,12:00,14:00,16:00"),
        ("danger_repeat", "0"),
        ("danger_repeat", "60"),
        ("danger_repeat", "five"),
        ("duty_from", "noon"),
        ("danger_command", "ring"),
        ("danger_command", "/nowhere/ring"),
        ("danger_command", "/etc/passwd"),
    ],
)
def test_a_wrong_setting_of_notices_stops_the_start(tmp_path: Path, name: str, given: str) -> None:
    """Nobody would be rung, and nobody notice before it is too late."""
    with pytest.raises(SettingError, match=name):
        loaded(tmp_path, **{name: given})
