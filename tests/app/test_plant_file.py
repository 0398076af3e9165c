from pathlib import Path

import pytest

from bobae.app import Settings, init, plant_file
from bobae.app.plant_file import PlantMistakes, parse
from bobae.core import BadInput, Refused

RIGHT = """\
# the press shop
plant: busan  # 부산
timezone: Asia/Seoul
assets:
  press/line1/press3:
    tags:
      oil: {unit: Cel, range: [0, 120], source: files, deadband: 0.5}  # the tank
sources:
  files: {connector: files, path: data}
monitors:
  - asset: press/line1/press3
    costs: {missed: 5000000, false: 30000}
"""


def mistakes(written: str) -> list[tuple[int, str]]:
    with pytest.raises(PlantMistakes) as caught:
        parse(written, Path("plant.yaml"))
    return [(m.row, str(m.what)) for m in caught.value.mistakes]


def test_a_right_plant_is_read() -> None:
    plant = parse(RIGHT, Path("plant.yaml")).plant
    assert plant.tags()[0][0] == "press/line1/press3.oil"
    assert plant.sources["files"].settings == {"path": "data"}
    assert plant.monitors[0].costs.false == 30000
    assert plant.monitors[0].alarm_budget == "1/week"


@pytest.mark.parametrize(
    ("right", "wrong", "row", "said"),
    [
        ("timezone: Asia/Seoul", "timezone: Asia/Seol", 3, "nearest: Asia/Seoul"),
        ("timezone: Asia/Seoul", "currency: KWR", 3, "nearest: KRW"),
        ("timezone: Asia/Seoul", "langage: ko", 3, "no setting is called 'langage' here; nearest: language"),
        ("timezone: Asia/Seoul", "language: fr", 3, "it can be 'ko' or 'en'"),
        ("unit: Cel", "unit: °C", 7, "write Cel"),
        ("unit: Cel", "unit: 3", 7, "write a word"),
        ("[0, 120]", "[120, 0]", 7, "the range [120, 0] is empty"),
        ("[0, 120]", "[0]", 7, "must be two numbers"),
        ("[0, 120]", "[0, .nan]", 7, "two numbers"),
        ("deadband: 0.5", "deadband: -1", 7, "write zero or more"),
        ("deadband: 0.5", "deadband: 500", 7, "wider than the range"),
        ("source: files", "source: file", 7, "nearest: files"),
        ("deadband: 0.5", "estimated_by: oil", 7, "press/line1/press3 has no tag 'oil'"),
        ("deadband: 0.5}", "estimated_by: watr}\n      water: {}", 7, "nearest: water"),
        ("      oil:", "      oil: {}\n      oil:", 8, "'oil' stands here twice (first in row 7)"),
        ("  press/line1/press3:\n", "  press/line 1/press3:\n", 5, "is no path"),
        ("connector: files", "connector: filez", 9, "nearest: files"),
        ("- asset: press/line1/press3", "- asset: press/line1/press4", 11, "nearest: press/line1/press3"),
        ("costs:", "retrain: automatic\n    promoted_by: 2\n    costs:", 13, "nobody promotes"),
        ("costs:", "promoted_by: 0\n    costs:", 12, "write 1 or more"),
        ("costs:", "alarm_budget: 0/week\n    costs:", 12, "1/week"),
        ("missed: 5000000", "mised: 1", 12, "nearest: missed"),
        ("false: 30000", "false: -1", 12, "write zero or more"),
        ("costs:", "task: anomoly\n    costs:", 12, "'anomaly'"),
        ("plant: busan", "plant: bu san", 2, "has a space"),
        ("plant: busan  # 부산\n", "", 2, "'plant' is missing"),
        ("monitors:\n  -", "monitors:\n   ", 10, "begin with `- `"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_what_to_do(right: str, wrong: str, row: int, said: str) -> None:
    found = mistakes(RIGHT.replace(right, wrong))
    assert any(said in what for _, what in found), found
    assert row in [at for at, _ in found]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = RIGHT.replace("Seoul", "Seol").replace("Cel", "°C").replace("connector: files", "connector: x")
    found = mistakes(wrong)
    assert [row for row, _ in found] == [3, 7, 9]


def test_an_error_names_file_and_row() -> None:
    with pytest.raises(BadInput, match=r"plant.yaml has 1 mistake(.|\n)*plant.yaml:3: no time zone"):
        parse(RIGHT.replace("Seoul", "Seol"), Path("plant.yaml"))


@pytest.mark.parametrize("written", ["", "- a\n- b\n", "just words\n"])
def test_a_file_that_describes_no_plant_says_how_to_begin(written: str) -> None:
    assert mistakes(written)[0] == (1, "this file describes no plant; begin with the line `plant: name-of-the-site`")


@pytest.mark.parametrize("written", ["a: [1,\n", "\tplant: x\n", "a: b: c\n", "&a x: *b\n"])
def test_what_is_no_yaml_is_told_with_row_and_column(written: str) -> None:
    with pytest.raises(BadInput, match=r"p\.yaml:\d+:\d+: this is not YAML"):
        parse(written, Path("p.yaml"))


def test_a_character_that_text_does_not_have_is_told() -> None:
    with pytest.raises(BadInput, match="holds a character"):
        parse("plant: \x01\n", Path("p.yaml"))


def test_a_changed_value_leaves_every_comment(tmp_path: Path) -> None:
    made = parse(RIGHT, tmp_path / "plant.yaml")
    made.with_value(("assets", "press/line1/press3", "tags", "oil", "range"), [0, 90]).save()
    again = plant_file.read(tmp_path)
    assert again.plant.assets["press/line1/press3"].tags["oil"].range == (0, 90)
    kept = [row for row in RIGHT.splitlines() if "#" in row and "oil" not in row]
    assert [row for row in again.written.splitlines() if row in kept] == kept
    assert "# the tank" in again.written


def test_a_change_that_makes_the_plant_wrong_is_refused() -> None:
    made = parse(RIGHT, Path("plant.yaml"))
    with pytest.raises(PlantMistakes, match="Cel"):
        made.with_value(("assets", "press/line1/press3", "tags", "oil", "unit"), "℃")


def test_many_values_are_set_at_once_and_each_tag_is_one_row() -> None:
    made = parse(RIGHT, Path("plant.yaml"))
    tag = {"unit": "bar", "range": [0, 350], "source": "plc", "address": "ns=2;s=" + "Press4." * 20}
    again = made.with_values(
        [
            (("sources", "plc"), {"connector": "opcua", "url": "opc.tcp://10.0.0.7:4840"}),
            (("assets", "press/line1/press4", "class"), "press"),
            (("assets", "press/line1/press4", "tags", "main_pressure"), tag),
        ]
    )
    assert again.plant.assets["press/line1/press4"].tags["main_pressure"].address == tag["address"]
    assert [row for row in RIGHT.splitlines() if row not in again.written.splitlines()] == []
    assert sum("main_pressure" in row for row in again.written.splitlines()) == 1


def test_plain_words_mean_what_yaml_1_2_says() -> None:
    written = "plant: on\nassets: {line: {tags: {no: {address: 010}, yes: {address: 12:30}, x: {address: 2026-01-01}}}}"
    plant = parse(written, Path("plant.yaml")).plant
    assert plant.plant == "on"
    assert {name: tag.address for name, tag in plant.assets["line"].tags.items()} == {
        "no": 10,
        "yes": "12:30",
        "x": "2026-01-01",
    }


def test_a_plant_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_bytes("plant: 부산\n".encode("cp949"))
    with pytest.raises(BadInput, match="save it as UTF-8"):
        plant_file.read(tmp_path)


def test_a_missing_plant_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="bobae init"):
        plant_file.read(tmp_path)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_new_plant_file_is_right_and_explains_itself(tmp_path: Path, language: str) -> None:
    made = init(tmp_path / "my plant", Settings(home=tmp_path, language=language))
    again = plant_file.read(tmp_path / "my plant")
    assert again.plant == made.plant
    assert again.plant.plant == "my-plant"
    assert again.plant.language == language
    assert again.written.count("#") > 15


def test_a_plant_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(RIGHT)
    with pytest.raises(Refused, match="not overwritten"):
        init(tmp_path, Settings(home=tmp_path))
    assert (tmp_path / "plant.yaml").read_text() == RIGHT
