"""A plant as Asset Administration Shells is the plant that the same words in a plant file are."""

import contextlib
import json
import struct
import zipfile

import pytest
import yaml
from basyx.aas.adapter import aasx
from basyx.aas.adapter.json import read_aas_json_file

from bobae.app.twinning import twin_plan
from bobae.core import BadInput
from bobae.flow import compiled
from bobae.flow.aas import aas
from bobae.flow.production import production_of

from .made_shells import IRI, ROUTE, SAME, entity, group, pointer, prop, rows, shell, shop, submodel

ORIGIN = "http://admin-shell.io/aasx/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


@pytest.fixture
def write(tmp_path):
    """Writes an environment as JSON."""

    def written(environment, name="shop.json"):
        path = tmp_path / name
        path.write_text(json.dumps(environment), "utf-8")
        return path

    return written


def same():
    return compiled(production_of(yaml.safe_load(SAME)))


def told(path):
    with pytest.raises(BadInput) as error:
        aas(path)
    return str(error.value)


def elements(environment, name):
    return next(one for one in environment["submodels"] if one["id"] == f"{IRI}:{name}")["submodelElements"]


def process(environment, number):
    return elements(environment, "route")[0]["value"][number]["value"]


def relations(*targets, kind="aas-spec", mode=""):
    rows = "".join(f'<Relationship Id="r" Type="{ORIGIN}/{kind}" Target="{to}" {mode}/>' for to in targets)
    return f'<Relationships xmlns="{RELATIONS}">{rows}</Relationships>'


def package(path, spec, **parts):
    """An .aasx made by hand: the relationships of its origin, and parts by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_rels/.rels", relations("/aasx/aasx-origin", kind="aasx-origin"))
        made.writestr("aasx/aasx-origin", "")
        made.writestr("aasx/_rels/aasx-origin.rels", spec)
        for name, content in parts.items():
            made.writestr(f"aasx/{name.replace('_', '.')}", content)
    return path


def test_shells_as_json_are_the_same_plant_as_its_section_in_a_plant_file(write):
    plan = twin_plan(write(shop()))
    assert plan.version == same().version
    assert plan.groups == ("톱", "선반")
    assert [machines.area for machines in plan.production.machines.values()] == ["Hall", "Hall"]


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "xml"])
def test_a_package_written_by_another_implementation_is_the_same_plant(write, tmp_path, as_json):
    with write(shop()).open(encoding="utf-8") as file:
        store = read_aas_json_file(file, failsafe=False)  # what breaks the metamodel is refused there
    with aasx.AASXWriter(str(tmp_path / "shop.aasx")) as writer:
        name = "/aasx/data.json" if as_json else "/aasx/data.xml"
        writer.write_all_aas_objects(name, store, aasx.DictSupplementaryFileContainer(), write_json=as_json)
    assert twin_plan(tmp_path / "shop.aasx").version == same().version


def test_a_production_alone_needs_no_template(write):
    machines = group("machines", [group("Saw", [prop("count", "2", "xs:int")], display={"ko": "톱"})])
    step = [pointer("machines", *(("x", one) for one in (f"{IRI}:p", "machines", "Saw"))), prop("time", "3 min")]
    calendar = group("calendars", [group("day", [rows_of_text("open", ["8 h", "17 h"])])])
    found = submodel("p", "Production", [machines, group("routes", [rows("Shaft", [step])]), calendar])
    production = aas(write({"submodels": [found]}))
    assert production.machines["톱"].count == 2
    assert production.routes["Shaft"][0].machines == "톱"
    assert production.calendars["day"].open == (("8 h", "17 h"),)


def rows_of_text(short, texts):
    pair = {
        "modelType": "SubmodelElementList",
        "value": [{"modelType": "Property", "valueType": "xs:string", "value": text} for text in texts],
    }
    return {"modelType": "SubmodelElementList", "idShort": short, "value": [pair]}


def test_a_line_with_a_structure_of_its_own_is_no_machine_and_a_products_parts_are_none(write):
    made = shop()
    made["assetAdministrationShells"][0]["submodels"].pop(0)  # the plant holds one line, whose structure is the shop's
    made["assetAdministrationShells"] += [shell("Line", ["structure"]), shell("Site", ["site"])]
    made["assetAdministrationShells"][3]["submodels"].append(
        {"type": "ModelReference", "keys": [{"type": "Submodel", "value": f"{IRI}:parts"}]}
    )
    site = entity("Site", "EntryNode", "Site", [entity("Line", "Node", "Line")])
    parts = entity("Shaft", "EntryNode", "Shaft", [entity("Blank", "Node")])
    made["submodels"] += [
        submodel("site", "HierarchicalStructures", [site]),
        submodel("parts", "HierarchicalStructures", [parts]),
    ]
    assert list(aas(write(made)).machines) == ["톱", "선반"]


def test_a_template_is_no_plant(write):
    made = shop()
    made["submodels"][2]["kind"] = "Template"
    assert "says no routes: it needs a submodel ProcessParameters (IDTA 02031) or Production" in told(write(made))


def test_a_name_that_stands_for_nothing_is_told_with_its_path(write):
    made = shop()
    where = process(made, 1)[4]["value"]
    where[0] = prop("machines", "Sav")
    path = "Shaft/Route.Processes.Process__09__.ResourceParameters.machines"
    assert f"{path}: there is no machine 'Sav'; nearest:" in told(write(made))
    where[0] = pointer("machines", ("AssetAdministrationShell", f"{IRI}:Sew"))
    assert f"{path} points at '{IRI}:Sew', which is not in this file; nearest: {IRI}:Saw" in told(write(made))
    where.clear()
    assert "Process__09__ does not say its machines: give it `ResourceParameters.machines`" in told(write(made))


def test_an_idshort_of_two_machines_names_neither(write):
    made = shop()
    made["assetAdministrationShells"].append(shell("Crane", []))
    yard = entity("Yard", "Node", None, [entity("Node01", "Node", "Crane")])
    elements(made, "structure")[1]["statements"].append(yard)
    process(made, 1)[4]["value"][0] = prop("machines", "Node02")
    assert aas(write(made)).routes["축"][0].machines == "선반"
    process(made, 1)[4]["value"][0] = prop("machines", "Node01")
    assert "there is no machine 'Node01'; nearest: " in told(write(made))


def test_a_time_says_its_unit(write):
    made = shop()
    buffer, mtbf, mttr = elements(made, "lathe")
    del mtbf["semanticId"]
    assert "Lathe/Machine.mtbf: 30 has no unit. Give it one in its concept description" in told(write(made))
    made["conceptDescriptions"][1]["embeddedDataSpecifications"][0]["dataSpecificationContent"]["unit"] = "minn"
    elements(made, "lathe")[1:] = [prop("mtbf", "30 h"), mttr]
    assert "Lathe/Machine.mttr: the unit 'minn' is not known here; nearest: min" in told(write(made))
    elements(made, "lathe").pop()
    assert "Lathe/Machine does not say its mttr: give it `mttr`" in told(write(made))
    elements(made, "lathe")[1:] = [prop("load", "soon")]
    assert "Lathe/Machine.load: 'soon' is no time: write a number and its unit" in told(write(made))
    elements(made, "lathe")[1:] = [prop("power", "5500", "xs:double", qualifiers=[{"type": "unit", "value": "W"}])]
    assert aas(write(made)).machines["선반"].power == 5.5
    assert buffer["value"] == "6"


@pytest.mark.parametrize("written", ["P1M", "PT", "5 min", "P1Y", "-PT5M"])
def test_a_duration_has_a_fixed_length(write, written):
    made = shop()
    process(made, 0)[2]["value"] = written
    place = "Shaft/Route.Processes.Process__10__.PlannedProcessTime"
    assert f"{place}: '{written}' is no duration" in told(write(made))


def test_a_value_that_cannot_stand_there_is_told_with_its_path(write):
    made = shop()
    elements(made, "lathe")[0]["value"] = "-1"
    assert "'-1' cannot stand at Lathe/Machine.buffer" in told(write(made))
    elements(made, "lathe")[0] |= {"value": "six"}
    assert "Lathe/Machine.buffer: 'six' is no number" in told(write(made))
    elements(made, "lathe")[0] |= {"value": None}
    assert "Lathe/Machine.buffer has no value" in told(write(made))
    elements(made, "lathe")[0] |= {"modelType": "File"}
    assert "Lathe/Machine.buffer is a File, which says no value here" in told(write(made))
    elements(made, "lathe")[0] = prop("bufer", "6", "xs:int")
    assert "Lathe/Machine.bufer: a production has no 'bufer'; nearest: buffer" in told(write(made))


def test_the_fields_of_a_step_are_a_collection(write):
    made = shop()
    process(made, 0)[-1] = prop("Step", "5")
    assert "Process__10__.Step is a Property, which says no value here" in told(write(made))


def test_what_is_said_twice_is_refused(write):
    made = shop()
    made["assetAdministrationShells"][1]["displayName"] = [{"language": "ko", "text": "선반"}]
    assert "Node02: '선반' was said elsewhere already; say it once" in told(write(made))
    made = shop()
    twins = [group(short, [], display={"en": "crane"}) for short in ("A", "B")]
    made["submodels"].append(submodel("more", "Production", [group("machines", twins)]))
    assert "Production.machines: 'crane' was said elsewhere already" in told(write(made))
    made["submodels"][-1] = submodel("more", "Production", [rows("orders", [[prop("product", "Shaft")]])])
    assert "Production.orders: 'orders' was said elsewhere already" in told(write(made))


def test_what_is_no_environment_of_version_3_is_told(write, tmp_path):
    assert "its top level has no list `submodels`" in told(write({"machines": {}}))
    assert "something in `submodels` has no `id`" in told(write({"submodels": [{"identification": {"id": "x"}}]}))
    (tmp_path / "broken.json").write_text('{"submodels": [', "utf-8")
    assert "broken.json is no JSON that can be read" in told(tmp_path / "broken.json")
    (tmp_path / "deep.json").write_text('{"submodels":' + "[" * 200_000, "utf-8")
    assert "deep.json" in told(tmp_path / "deep.json")
    old = '<environment xmlns="http://www.admin-shell.io/aas/2/0"/>'
    path = package(tmp_path / "old.aasx", relations("data.xml"), data_xml=old)
    assert "is written by 'http://www.admin-shell.io/aas/2/0', and only version 3" in told(path)


@pytest.mark.parametrize("strange", [None, "x", 3, [], {}, [1], [{"a": 1}], {"keys": 3}])
def test_whatever_stands_anywhere_in_a_file_it_is_a_plant_or_told(write, strange):
    for *way, last in spots(shop()):
        made = shop()
        holder = made
        for step in way:
            holder = holder[step]
        holder[last] = strange
        with contextlib.suppress(BadInput):
            assert aas(write(made)).machines


def spots(value, way=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in pairs:
        yield (*way, key)
        yield from spots(held, (*way, key))


def test_a_package_is_opened_no_further_than_itself(tmp_path):
    (tmp_path / "secret.json").write_text(json.dumps(shop()), "utf-8")
    path = tmp_path / "trick.aasx"
    for target in ("../../secret.json", "/../secret.json", f"file://{tmp_path}/secret.json", "..%2F..%2Fsecret.json"):
        assert "which is no part of this package" in told(package(path, relations(target)))
    away = relations("data.json", mode='TargetMode="External"')
    assert "which is no part of this package" in told(package(path, away, data_json=json.dumps(shop())))
    assert "says nowhere which part holds the shells" in told(package(path, relations()))
    path.write_bytes(b"PK no zip")
    assert "is no package that can be opened" in told(path)


def test_a_part_that_unpacks_to_too_much_is_refused(tmp_path):
    path = package(tmp_path / "bomb.aasx", relations("data.json"), data_json=b" " * (65 * 2**20))
    assert path.stat().st_size < 100_000
    assert "aasx/data.json is larger than 64 MB" in told(path)
    raw = bytearray(path.read_bytes())  # and where the directory lies about the size
    for at in range(len(raw)):
        if raw[at : at + 4] == b"PK\x01\x02" and b"data.json" in raw[at + 46 : at + 70]:
            raw[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(raw)
    assert "bomb.aasx" in told(path)


def test_entities_in_xml_are_refused(tmp_path):
    billion = '<!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><environment>&b;</environment>'
    path = package(tmp_path / "laughs.aasx", relations("data.xml"), data_xml=billion)
    assert "a document type ('lol') stands in the XML, and none is allowed there" in told(path)
    path = package(tmp_path / "file.aasx", '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>')
    assert "a document type ('r')" in told(path)
    path = package(tmp_path / "broken.aasx", relations("data.xml"), data_xml="<environment>")
    assert "aasx/data.xml is no XML that can be read" in told(path)


def test_the_templates_own_spelling_of_its_identifier_is_known(write):
    made = shop()
    made["submodels"][2]["semanticId"]["keys"][0]["value"] = ROUTE.replace("admin-shell-io", "admin-shell.io")
    assert compiled(aas(write(made))).version == same().version
