"""The shop of `tests/flow/test_aas.py` as Asset Administration Shells: written by hand, as the JSON form says it."""

IRI = "urn:example:shop"
IDTA = "https://admin-shell.io/idta"
ROUTE = "https://admin-shell-io/idta/SubmodelTemplate/ProcessParameters/1/0"  # as the template spells it


def shop():
    """A saw and two lathes (Korean names) that make shafts: structure and route as the templates say."""
    return {
        "assetAdministrationShells": [
            shell("Plant", ["structure", "production"]),
            shell("Saw", [], display={"en": "saw", "ko": "톱"}),
            shell("Lathe", ["lathe"], display={"ko": "선반"}),
            shell("Shaft", ["route"], display={"ko": "축"}),
        ],
        "submodels": [
            submodel("structure", "Structure", [_archetype(), _entry()], f"{IDTA}/HierarchicalStructures/1/1/Submodel"),
            submodel("lathe", "Machine", _lathe()),
            submodel("route", "Route", [_processes()], ROUTE),
            submodel("production", "Production", _production()),
        ],
        "conceptDescriptions": [concept("hours", "h"), concept("minutes", "min"), concept("percent", "%")],
    }


SAME = """
machines:
  톱: {area: Hall, count: 2}
  선반:
    area: Hall
    buffer: 6
    failures: [{apart: exponential(30 h), lasts: exponential(45 min)}]
routes:
  축:
    - {name: cut, machines: 톱, time: 4 min}
    - {name: turn, machines: 선반, time: 5 min +- 10 %, scrap: 0.01}
releases: [{product: 축, every: 5.5 min, due: 4 h, priority: 1}]
orders: [{product: 축, pieces: 3, step: turn, due: 1 h}]
products: {축: {price: 30.5, material: 8}}
"""


def shell(name, submodels, display=None):
    return {
        "modelType": "AssetAdministrationShell",
        "id": f"{IRI}:{name}",
        "idShort": name,
        **spoken(display),
        "assetInformation": {"assetKind": "Instance", "globalAssetId": f"{IRI}:asset:{name}"},
        **({"submodels": [reference(("Submodel", f"{IRI}:{one}")) for one in submodels]} if submodels else {}),
    }


def submodel(name, short, elements, meaning=None):
    return {
        "modelType": "Submodel",
        "id": f"{IRI}:{name}",
        "idShort": short,
        **meant(meaning),
        "submodelElements": elements,
    }


def concept(name, unit):
    content = {
        "modelType": "DataSpecificationIec61360",
        "preferredName": [{"language": "en", "text": name}],
        "unit": unit,
    }
    template = "https://admin-shell.io/DataSpecificationTemplates/DataSpecificationIec61360/3/0"
    return {
        "modelType": "ConceptDescription",
        "id": f"{IRI}:{name}",
        "embeddedDataSpecifications": [{"dataSpecification": outside(template), "dataSpecificationContent": content}],
    }


def prop(short, value, kind="xs:string", meaning=None, **more):
    return {"modelType": "Property", "idShort": short, "valueType": kind, "value": value, **meant(meaning), **more}


def group(short, elements, meaning=None, display=None):
    return {
        "modelType": "SubmodelElementCollection",
        "idShort": short,
        **meant(meaning),
        **spoken(display),
        "value": elements,
    }


def rows(short, elements):
    return {
        "modelType": "SubmodelElementList",
        "idShort": short,
        "typeValueListElement": "SubmodelElementCollection",
        "value": [{k: v for k, v in group("", one).items() if k != "idShort"} for one in elements],
    }


def pointer(short, *keys):
    return {"modelType": "ReferenceElement", "idShort": short, "value": reference(*keys)}


def entity(short, meaning, asset=None, statements=()):
    owned = {"entityType": "SelfManagedEntity", "globalAssetId": f"{IRI}:asset:{asset}"}
    return {
        "modelType": "Entity",
        "idShort": short,
        **meant(f"{IDTA}/HierarchicalStructures/{meaning}/1/0"),
        **(owned if asset else {"entityType": "CoManagedEntity"}),
        **({"statements": list(statements)} if statements else {}),
    }


def reference(*keys):
    return {"type": "ModelReference", "keys": [{"type": kind, "value": value} for kind, value in keys]}


def outside(value):
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": value}]}


def meant(value):
    return {"semanticId": outside(value)} if value else {}


def spoken(display):
    return {"displayName": [{"language": one, "text": said} for one, said in display.items()]} if display else {}


def _archetype():
    return prop("ArcheType", "Full", meaning=f"{IDTA}/HierarchicalStructures/ArcheType/1/0")


def _entry():
    count = prop("BulkCount", "2", "xs:unsignedLong", f"{IDTA}/HierarchicalStructures/BulkCount/1/0")
    machines = [entity("Node01", "Node", "Saw", [count]), entity("Node02", "Node", "Lathe")]
    return entity("Shop", "EntryNode", "Plant", [entity("Hall", "Node", None, machines)])


def _lathe():
    return [
        prop("buffer", "6", "xs:int"),
        prop("mtbf", "30", "xs:double", f"{IRI}:hours"),
        prop("mttr", "45", "xs:int", f"{IRI}:minutes"),
    ]


def _processes():
    saw = pointer("machines", ("AssetAdministrationShell", f"{IRI}:Saw"))
    lathe = pointer(
        "machines",
        ("Submodel", f"{IRI}:structure"),
        *(("Entity", one) for one in ("Shop", "Hall", "Node02")),
    )
    more = group("Step", [prop("time", "5 min +- 10 %"), prop("scrap", "1", "xs:double", f"{IRI}:percent")])
    return group(  # the later one first: a collection has no order, their numbers have
        "Processes",
        [_process(10, "turn", "PT9M", lathe, more), _process(9, "cut", "PT4M", saw)],
        f"{IDTA}/ProcessParameters/Processes/1/0",
    )


def _process(number, name, takes, machines, *more):
    words = f"{IDTA}/ProcessParameters"
    heat = prop("time", "900", "xs:int")  # a parameter of theirs that is called like one of ours
    return group(
        f"Process__{number:02}__",
        [
            prop("ProcessId", f"P{number}", meaning=f"{words}/ProcessId/1/0"),
            prop("Called", name, meaning=f"{words}/ProcessName/1/0"),
            prop("PlannedProcessTime", takes, "xs:duration", f"{words}/PlannedProcessTime/1/0"),
            group("ProcessParameters", [heat], f"{words}/ProcessParameters/1/0"),
            group("ResourceParameters", [machines], f"{words}/ResourceParameters/1/0"),
            *more,
        ],
        f"{words}/Process/1/0",
    )


def _production():
    unit = {"kind": "ConceptQualifier", "type": "unit", "valueType": "xs:string", "value": "minutes"}
    release = [
        pointer("product", ("AssetAdministrationShell", f"{IRI}:Shaft")),
        prop("every", "5.5", "xs:decimal", qualifiers=[unit]),
        prop("due", "PT4H", "xs:duration"),
        prop("priority", "1", "xs:int"),
    ]
    order = [
        prop("product", "Shaft"),
        prop("pieces", "3", "xs:int"),
        prop("step", "turn"),
        prop("due", "1", "xs:int", f"{IRI}:hours"),
    ]
    price = group("Shaft", [prop("price", "30.5", "xs:double"), prop("material", "8", "xs:int")])
    return [rows("releases", [release]), rows("orders", [order]), group("products", [price])]
